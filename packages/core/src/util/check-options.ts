import { check } from './check.ts'

/**
 * Returns the options if all their names are known. A misspelt option would otherwise have no effect, unnoticed.
 * `owner` is the function that takes them, as it is called: `createSessionManager()`. `hints` say what to do for names that
 * other libraries use.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`; the message names the option with the most similar name, if any.
 * @example
 * checkOptions(options, { codec: true, reads: true }, 'keyedStore()')
 */
export function checkOptions<Options extends object>(
  options: Options,
  known: Readonly<Record<keyof Options, true>>,
  owner: string,
  hints: Readonly<Record<string, string>> = {},
): Options {
  const kind = kindOf(options)
  check(
    kind === 'object',
    `${owner} was given ${kind} as its options`,
    kind === 'a Promise' ? 'Await it first' : 'Give an object',
  )
  const names = Object.keys(known)
  for (const name of Object.keys(options))
    if (!Object.hasOwn(known, name))
      check(false, `${owner} has no option ${name}`, remedy(name, { names, hints }))
  return options
}

/** Built-in objects that a mistake puts in the place of options. They have no names, so no check would be made. */
const notOptions = new Set(['Array', 'Map', 'Promise', 'Set', 'String'])

function kindOf(options: unknown): string {
  if (typeof options !== 'object' || options === null)
    return options === null ? 'null' : typeof options
  const tag = Object.prototype.toString.call(options).slice('[object '.length, -1)
  return notOptions.has(tag) ? `${tag === 'Array' ? 'an' : 'a'} ${tag}` : 'object'
}

function remedy(
  name: string,
  { names, hints }: { names: readonly string[]; hints: Readonly<Record<string, string>> },
): string {
  const hint = Object.hasOwn(hints, name) ? hints[name] : undefined
  if (hint !== undefined) return hint
  const similar = nearestName(name, names)
  return similar === undefined
    ? `Its options are ${names.join(', ')}`
    : `Write ${similar}, or leave it out`
}

/** Returns the name that differs in the fewest letters, if that is at most two or a third of its length. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const given = name.toLowerCase()
  const [best] = names
    .map((each) => ({ each, changes: distance(given, each.toLowerCase()) }))
    .filter(({ each, changes }) => changes < each.length && changes <= Math.max(2, each.length / 3))
    .sort((a, b) => a.changes - b.changes)
  return best?.each
}

/** Returns 0 for a part of the name: other libraries have `secret` for `secretKey`, or `name` for `cookieName`. */
function distance(given: string, name: string): number {
  return given.length >= 4 && name.includes(given) ? 0 : changesBetween(given, name)
}

/** Returns the Levenshtein distance: how many letters must be inserted, deleted or replaced. */
function changesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1]
    for (const [to, wanted] of [...other].entries()) {
      const replaced = (row[to] ?? 0) + (letter === wanted ? 0 : 1)
      next.push(Math.min(replaced, (row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
