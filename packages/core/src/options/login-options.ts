import { SessionUsageError } from '../errors.ts'
import { beginningOf } from '../record/future-times.ts'
import type { ClientInfo, Elevation, SessionRecord } from '../record/record.ts'
import { check } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import { isThenable } from '../util/is-thenable.ts'
import { quote } from '../util/quote.ts'
import { type FactorInput, factorsOf } from './factor-options.ts'
import { checkMaxAge } from './resolve-durations.ts'

/**
 * The options of `session.login`. A re-authentication (the same user again) keeps what the session has, where an option
 * is absent.
 * @example
 * await session.login('user-42', { client: { name: 'Firefox on Linux' }, carry: ['cart'], maxAge: '7d' })
 */
export interface LoginOptions {
  /**
   * What a list of devices shows of this one: at most 16 strings of up to 512 characters, such as
   * `{ name: 'Firefox on Linux' }`. `manager.sessions` returns it.
   * @default {}
   */
  readonly client?: ClientInfo
  /**
   * Which top-level keys of an anonymous session's data go into the new session. Nothing goes along from an ended
   * session or from another user's.
   * @default 'all'
   */
  readonly carry?: 'all' | readonly string[]
  /**
   * True: the client keeps the cookie until the absolute limit. False: until the browser closes.
   * @default the manager's
   */
  readonly persistent?: boolean
  /** Idle limit of this session, no longer than its absolute one. @default the manager's */
  readonly maxAge?: Duration
  /** Absolute limit of this session, from this login on. @default the manager's */
  readonly absoluteTimeout?: Duration
  /**
   * What the user has proved at this login, for `requireRecent` with a `method`: at most 16 methods. A re-authentication
   * adds to what the session has.
   * @default []
   */
  readonly factors?: readonly FactorInput[]
  /**
   * The user's security stamp as it was read with the password that was checked. So a login whose password is changed
   * meanwhile does not survive the change. Needs the manager's option `securityStamp`.
   * @default what `securityStamp(userId)` returns
   */
  readonly securityStamp?: string
}

const loginOptionNames: Readonly<Record<keyof LoginOptions, true>> = {
  client: true,
  carry: true,
  persistent: true,
  maxAge: true,
  absoluteTimeout: true,
  factors: true,
  securityStamp: true,
}

/** The limits that a login starts with if its options give none: the manager's, or the session's own. In ms. */
export type LoginLimits = Pick<Elevation, 'maxAge' | 'absoluteTimeout' | 'persistent'>

/**
 * Returns what a login at `at`, epoch ms, sets on a record: `limits`, overridden by the options, the device and the
 * factors.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for a wrong or unknown option.
 */
export function elevationOf(limits: LoginLimits, options: LoginOptions, at: number): Elevation {
  checkOptions(options, loginOptionNames, 'login()')
  const { maxAge, absoluteTimeout: given, persistent = limits.persistent, client } = options
  checkPersistent(persistent)
  const factors = options.factors === undefined ? undefined : factorsOf(options.factors, at)
  const absoluteTimeout =
    given === undefined ? limits.absoluteTimeout : milliseconds(given, 'absoluteTimeout')
  return {
    maxAge: maxAge === undefined ? limits.maxAge : checkMaxAge(maxAge, absoluteTimeout),
    absoluteTimeout,
    persistent,
    ...(client === undefined ? {} : { client: copyOfClient(client) }),
    ...(factors && { factors }),
  }
}

/** Returns a session's own limits, which a re-authentication keeps unless its options give others. */
export function limitsOf(record: SessionRecord): LoginLimits {
  const { maxAge, persistent, absoluteExpiresAt } = record
  return { maxAge, persistent, absoluteTimeout: absoluteExpiresAt - beginningOf(record) }
}

/** Names a value without showing it: a number may be somebody's id. */
function kindOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'bigint' ? `a ${typeof value}` : quote(value)
}

/**
 * Returns a user id if it is valid. `method` names the caller in the message.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but 1 to 1,024 characters of well-formed Unicode.
 */
export function checkUserId(userId: unknown, method: string): string {
  // A lone surrogate is refused: in UTF-8 all of them are the same bytes, and so the same user.
  if (typeof userId === 'string' && userId !== '' && userId.length <= 1024 && userId.isWellFormed())
    return userId
  const what =
    typeof userId === 'string' ? `a string of ${userId.length} characters` : kindOf(userId)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `${method}() was given ${what} as the user's id. Give a string of 1 to 1,024 characters, well-formed Unicode.`,
  )
}

/**
 * Returns `persistent` if it is a boolean. Text is refused: the value of a form's checkbox would always count as true.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function checkPersistent(persistent: boolean): boolean {
  check(typeof persistent === 'boolean', `persistent is ${quote(persistent)}`, 'Give true or false')
  return persistent
}

/**
 * Checks the option `carry`. Any other string than 'all' is refused: `includes` would match parts of it as keys.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but 'all' and a list of strings.
 */
export function checkCarry(carry: unknown): void {
  check(
    carry === 'all' || (Array.isArray(carry) && carry.every((key) => typeof key === 'string')),
    `carry is ${quote(carry)}`,
    "Give 'all', or a list of keys of session.data",
  )
}

/**
 * Returns a copy of the option `client`, read once: what is stored is what was checked, whatever the object does afterwards.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but an object of at most 16 short strings.
 */
export function copyOfClient(client: unknown): ClientInfo {
  check(
    !isThenable(client),
    'client is a Promise',
    'Await it first: client: await clientOf(headers)',
  )
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
  return Object.fromEntries(entries ?? [])
}
