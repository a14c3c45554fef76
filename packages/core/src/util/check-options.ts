import { check } from './check.ts'

/**
 * Holds options to the names that are known: a misspelt one would do nothing, and nobody would notice. `owner` is what
 * takes them, as the developer wrote it: `createSessionManager()`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, naming the option that was meant, where one comes near.
 */
export function checkOptions<Options extends object>(
  options: Options,
  known: Readonly<Record<keyof Options, true>>,
  owner: string,
): Options {
  check(
    typeof options === 'object' && options !== null,
    `${owner} was given ${options === null ? 'null' : typeof options} as its options`,
    'Give an object',
  )
  const names = Object.keys(known)
  for (const name of Object.keys(options))
    if (!Object.hasOwn(known, name))
      check(false, `${owner} has no option ${name}`, remedy(name, names))
  return options
}

function remedy(name: string, names: readonly string[]): string {
  const meant = nearest(name, names)
  return meant === undefined
    ? `Its options are ${names.join(', ')}`
    : `Write ${meant}, or leave it out`
}

/** The name with the fewest letters changed, few of all: it was meant. Else none, or it would be a guess. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const given = name.toLowerCase()
  const [best] = names
    .map((each) => ({ each, changes: distance(given, each.toLowerCase()) }))
    .filter(({ each, changes }) => changes < each.length && changes <= Math.max(2, each.length / 3))
    .sort((a, b) => a.changes - b.changes)
  return best?.each
}

/** None to a name that says it longer: others write `secret` for `secretKey`, and `name` for `cookieName`. */
function distance(given: string, name: string): number {
  return given.length >= 4 && name.includes(given) ? 0 : changesBetween(given, name)
}

/** How many letters have to be put in, left out or replaced to make one text of the other (Levenshtein). */
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
