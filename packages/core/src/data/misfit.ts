import { SessionDataError } from '../errors.ts'

/**
 * Why stored data is none that this version of the application can read:
 *
 * - `schema`: it does not fit the schema.
 * - `migration`: a migration threw or is missing, or returned no object.
 * - `newer`: a later version wrote it, and `onNewerData` is `'fail'` or it does not fit the schema.
 */
export type MisfitReason = 'schema' | 'migration' | 'newer'

/** What is wrong with data, and where; `message` is what the schema says, which may repeat the value. */
export interface DataIssue {
  /** Keys joined by dots, such as `cart.0.count`; empty for the data as a whole. */
  readonly path: string
  readonly message: string
}

/** Data that does not fit. A value, not an exception: what follows is the manager's choice. */
export class Misfit {
  readonly why: MisfitReason
  readonly issues: readonly DataIssue[]
  /** What a migration or a schema threw, without its message, which may repeat the data. */
  readonly cause: Error | undefined

  constructor(why: MisfitReason, issues: readonly DataIssue[], cause?: Error) {
    this.why = why
    this.issues = issues
    this.cause = cause
  }
}

/** Returns an error that says by what class of error something failed, and where in the code; nothing of the data. */
export function withoutMessage(what: string, thrown: unknown): Error {
  const { name, stack = '' } = Object(thrown)
  const error = new Error(`${what} threw ${typeof name === 'string' ? name : typeof thrown}`)
  const frames = /\n {4}at .*/s.exec(String(stack))?.[0] ?? ''
  error.stack = `${error.name}: ${error.message}${frames}`
  return error
}

/** Returns the error of stored data that does not fit. */
export function misfitError({ why, issues, cause }: Misfit): SessionDataError {
  if (why === 'newer')
    return new SessionDataError(
      'ERR_SESSION_DATA_NEWER',
      'The data of this session was written by a newer version of the application. Try again in a moment.',
      `A newer version has written data that this one does not read${placesOf(issues)}. Finish the deployment; if newer data has the ` +
        "keys of older data and more, set onNewerData: 'keep' in the older version, before the next deployment.",
      cause,
    )
  const problem =
    why === 'migration' ? 'does not migrate' : `does not fit the schema${placesOf(issues)}`
  return new SessionDataError(
    'ERR_SESSION_DATA_INVALID',
    'The data of this session cannot be used.',
    `The stored data ${problem}. Give the option migrations a function that mends it, or onInvalidData: 'empty' to go on without it.`,
    cause,
  )
}

/** Returns the error of data that is to be written and does not fit. `data` is that data, whose values are left out. */
export function refusedWrite({ issues, cause }: Misfit, data: unknown): SessionDataError {
  const texts = issues.map(
    ({ path, message }) => `${path || 'the data as a whole'}: ${withoutValues(message, data)}`,
  )
  const what = texts.length > 0 ? texts.join('; ') : 'the schema threw'
  const message =
    `session.data does not fit the schema, so nothing was written. ${what}. ` +
    'Change the data or the schema. Only development checks what is written; in production the next request would find it.'
  return new SessionDataError('ERR_SESSION_DATA_INVALID', message, message, cause)
}

function placesOf(issues: readonly DataIssue[]): string {
  const paths = issues.map(({ path }) => path).filter((path) => path !== '')
  return paths.length > 0 ? ` at ${paths.join(', ')}` : ''
}

/**
 * Returns what a schema says without the values that it repeats, as valibot and arktype do. If it may still hold a part of a
 * long text, nothing of it is left.
 */
function withoutValues(message: string, data: unknown): string {
  const texts = [...new Set(leavesOf(data))].sort((a, b) => b.length - a.length)
  const hidden = texts.reduce(
    (text, leaf) => (leaf.length > 2 ? text.replaceAll(leaf, '…') : hideQuoted(text, leaf)),
    message,
  )
  const isShortened = texts.some((leaf) => leaf.length > 8 && hidden.includes(leaf.slice(0, 8)))
  return isShortened ? '(what the schema says repeats the value)' : hidden
}

/** Short texts are parts of words, so they are only hidden between quotes and as a word of digits. */
function hideQuoted(message: string, leaf: string): string {
  const quoted = message.replaceAll(`"${leaf}"`, '"…"').replaceAll(`'${leaf}'`, "'…'")
  return /^-?\d+$/.test(leaf)
    ? quoted.replace(new RegExp(`(?<![\\w.])${leaf}(?![\\w.])`, 'g'), '…')
    : quoted
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)]
  if (value instanceof Date) return [value.toISOString(), String(value)]
  if (value instanceof Map || value instanceof Set) return [...value].flatMap(leavesOf)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : []
}
