import { SessionAccessError } from '../errors.ts'
import { checkMethod } from '../options/factor-options.ts'
import type { SessionRecord } from '../record/record.ts'
import { check } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { isFuture } from '../util/clock.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import { quote } from '../util/quote.ts'
import type { ManagerContext, SessionState } from './state.ts'

/** Options of `Session.requireRecent`. */
export interface RecentOptions {
  /**
   * The method that the user must have proved, or several of which one is enough; as given to `login` or `addFactor`.
   * @default any login, re-authentication or factor
   */
  readonly method?: string | readonly string[]
}

/** Options of `Session.requireBound`. */
export interface BoundOptions {
  /**
   * Lets a session pass too whose browser does not bind sessions, if its user has authenticated at most so long ago.
   * @default only a bound session passes
   */
  readonly orRecent?: Duration
}

/** Returns the id of the logged-in user, or throws; see `Session.requireUser`. */
export function requireUser(state: SessionState): string {
  if (state.storeError) throw state.storeError
  const userId = state.opened?.record.userId
  if (userId !== undefined) return userId
  throw new SessionAccessError(
    'ERR_SESSION_REQUIRED',
    `Session ${state.id} has no user. Ask the user to log in, then call session.login().`,
  )
}

/** Returns the id of a user who acts in person, or throws; see `Session.requireOwn`. */
export function requireOwn(state: SessionState): string {
  const userId = requireUser(state)
  refuseActing(state)
  return userId
}

/**
 * Throws if somebody acts as the user of the session.
 * @throws SessionAccessError `ERR_SESSION_ACTING`.
 */
export function refuseActing({ opened }: SessionState): void {
  const { actor, id } = opened?.record ?? {}
  if (!actor) return
  throw new SessionAccessError(
    'ERR_SESSION_ACTING',
    `In session ${id} somebody acts as the user, and this is for the user in person. Call session.stopActing() first.`,
  )
}

/**
 * Throws unless the user has authenticated at most `duration` before `at`, in epoch ms; see `Session.requireRecent`. A
 * time of the future is not recent: a clock was wrong, so nobody knows when it was.
 */
export function requireRecent(
  state: SessionState,
  duration: Duration,
  { at, options, needsDevice }: { at: number; options: RecentOptions; needsDevice: boolean },
): void {
  if (state.storeError) throw state.storeError
  const within = milliseconds(duration, 'requireRecent')
  const methods = methodsOf(options)
  refuseActing(state)
  if (needsDevice && state.binding === 'missing') throw stepUpError(state)
  if (isRecent(state, within, { at, methods })) return
  throw methods ? notProvedError(state, duration, methods) : notRecentError(state, duration)
}

/** Returns true if the user has authenticated, or proved one of the methods, at most `within` ms before `at`. */
function isRecent(
  { opened }: SessionState,
  within: number,
  { at, methods }: { at: number; methods: readonly string[] | undefined },
): boolean {
  const since = opened ? provedAt(opened.record, methods) : []
  return since.some((time) => at - time <= within && !isFuture(time, at))
}

/** Returns true if the policy of the option `deviceBound` asks for a login where the bound cookie is missing. */
export function asksForLogin({ config }: ManagerContext): boolean {
  return config.deviceBound?.protocol.policy === 'step-up'
}

function stepUpError({ id }: SessionState): SessionAccessError {
  return new SessionAccessError(
    'ERR_SESSION_NOT_RECENT',
    `The browser has not proved that it has the key of session ${id}, as a thief of its cookie would not. Ask the user to log in again, then call session.login().`,
  )
}

/**
 * Throws unless the browser has proved that it has the key of the session; see `Session.requireBound`. A recent login counts in its
 * place only where no proof is missing: a thief of the cookie would have it too.
 */
export function requireBound(
  state: SessionState,
  { at, options }: { at: number; options: BoundOptions },
): void {
  requireUser(state)
  const within = orRecentOf(options)
  if (state.binding === 'bound') return
  if (state.binding === 'missing') throw notBoundError(state, 401)
  const recent = within !== undefined && isRecent(state, within, { at, methods: undefined })
  if (recent && !state.opened?.record.actor) return
  throw notBoundError(state, within === undefined ? 403 : 401)
}

/**
 * Returns the option `orRecent` in ms; `undefined` if it is left out. One that is there but `undefined` is refused.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for wrong options.
 */
export function orRecentOf(options: BoundOptions): number | undefined {
  checkOptions(options, { orRecent: true }, 'requireBound()')
  return 'orRecent' in options
    ? milliseconds(options.orRecent as Duration, 'requireBound')
    : undefined
}

function notBoundError({ id, binding }: SessionState, status: 401 | 403): SessionAccessError {
  const remedy =
    status === 401
      ? 'Ask the user to log in again, then call session.login().'
      : 'A login would not help; let browsers pass that do not bind sessions by { orRecent }.'
  return new SessionAccessError(
    'ERR_SESSION_NOT_BOUND',
    `The browser has not proved that it has the key of session ${id} (binding: ${binding}). ${remedy}`,
    {},
    status,
  )
}

function notRecentError({ id }: SessionState, duration: Duration): SessionAccessError {
  return new SessionAccessError(
    'ERR_SESSION_NOT_RECENT',
    `Session ${id} has no authentication within ${duration}. Ask the user to log in again, then call session.login().`,
  )
}

function notProvedError(
  { id }: SessionState,
  duration: Duration,
  methods: readonly string[],
): SessionAccessError {
  return new SessionAccessError(
    'ERR_SESSION_NOT_RECENT',
    `Session ${id} has no proof by ${methods.map(quote).join(' or ')} within ${duration}. Ask the user for it, then call session.addFactor(), or session.login() with it among the factors.`,
  )
}

/**
 * Returns the methods of which one must be recent; `undefined` if any authentication will do. A `method` that is there but
 * `undefined`, such as a misspelt constant, is refused: without it the check would pass by less.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for wrong options, or a list of none.
 */
export function methodsOf(options: RecentOptions): readonly string[] | undefined {
  const { method } = checkOptions(options, { method: true }, 'requireRecent()')
  if (!('method' in options)) return undefined
  const methods = typeof method === 'string' ? [method] : (method ?? [])
  check(
    Array.isArray(methods) && methods.length > 0,
    'The method of requireRecent() is no name, and no list of names',
    "Give one, such as { method: 'passkey' }, or several of which one is enough",
  )
  return methods.map(checkMethod)
}

/** Returns when the user proved the methods, or authenticated by anything; epoch ms. */
function provedAt(
  { authenticatedAt, factors = [] }: SessionRecord,
  methods: readonly string[] | undefined,
): readonly number[] {
  if (methods)
    return factors.filter(({ method }) => methods.includes(method)).map((factor) => factor.at)
  const times = factors.map((factor) => factor.at)
  return authenticatedAt === undefined ? times : [authenticatedAt, ...times]
}
