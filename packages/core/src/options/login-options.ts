import { SessionUsageError } from '../errors.ts'
import type { ClientInfo, Elevation, SessionRecord } from '../record/record.ts'
import { check } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import { quote } from '../util/quote.ts'
import { checkMaxAge } from './resolve-durations.ts'

/** What `login` may be told besides who it is. */
export interface LoginOptions {
  /** What to show of this device in a list of devices. */
  readonly client?: ClientInfo
  /** Which keys of an anonymous session's data go along. @default 'all' */
  readonly carry?: 'all' | readonly string[]
  /** Whether the cookie outlives the browser. @default the manager's */
  readonly persistent?: boolean
  /** Idle limit of this login, no longer than its hard one. @default the manager's; of a re-authentication, the session's */
  readonly maxAge?: Duration
  /** Hard limit of this login. @default the manager's; of a re-authentication, the session's */
  readonly absoluteTimeout?: Duration
}

const known: Readonly<Record<keyof LoginOptions, true>> = {
  client: true,
  carry: true,
  persistent: true,
  maxAge: true,
  absoluteTimeout: true,
}

/** The limits that a login restarts: the manager's, or a session's own. */
export type LoginLimits = Pick<Elevation, 'maxAge' | 'absoluteTimeout' | 'persistent'>

/**
 * What a login makes of a session: the limits that it begins with, and what the options say instead.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function elevationOf(limits: LoginLimits, options: LoginOptions): Elevation {
  checkOptions(options, known, 'login()')
  const { maxAge, absoluteTimeout: hard, persistent = limits.persistent, client } = options
  checkPersistent(persistent)
  checkClient(client)
  const absoluteTimeout =
    hard === undefined ? limits.absoluteTimeout : milliseconds(hard, 'absoluteTimeout')
  return {
    maxAge: maxAge === undefined ? limits.maxAge : checkMaxAge(maxAge, absoluteTimeout),
    absoluteTimeout,
    persistent,
    ...(client === undefined ? {} : { client }),
  }
}

/** A re-authentication keeps the session's own limits, unless it is told others. */
export function limitsOf(record: SessionRecord): LoginLimits {
  const { maxAge, persistent, absoluteExpiresAt, authenticatedAt, createdAt } = record
  return { maxAge, persistent, absoluteTimeout: absoluteExpiresAt - (authenticatedAt ?? createdAt) }
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but a string of 1 to 1,024 characters. */
export function checkUserId(userId: unknown, verb: string): string {
  if (typeof userId === 'string' && userId !== '' && userId.length <= 1024 && isWellFormed(userId))
    return userId
  const what =
    typeof userId === 'string' ? `a string of ${userId.length} characters` : quote(userId)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `${verb}() was given ${what} as the user's id. Give a string of 1 to 1,024 characters, well-formed Unicode.`,
  )
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but true and false: a form's checkbox sends text. */
export function checkPersistent(persistent: boolean): boolean {
  check(typeof persistent === 'boolean', `persistent is ${quote(persistent)}`, 'Give true or false')
  return persistent
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but 'all' and a list: in a text, keys would be found by their parts. */
export function checkCarry(carry: unknown): void {
  check(
    carry === 'all' || (Array.isArray(carry) && carry.every((key) => typeof key === 'string')),
    `carry is ${quote(carry)}`,
    "Give 'all', or a list of keys of session.data",
  )
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but up to 16 short strings by name. */
function checkClient(client: unknown): void {
  if (client === undefined) return
  const entries = typeof client === 'object' && client !== null ? Object.entries(client) : undefined
  check(
    entries !== undefined &&
      entries.length <= 16 &&
      entries.every(
        ([name, text]) => name.length <= 64 && typeof text === 'string' && text.length <= 512,
      ),
    'client is not what a list of devices can show',
    "Give an object of at most 16 strings of up to 512 characters, such as { name: 'Firefox on Linux' }",
  )
}

/** Lone surrogates would all be the same user. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
