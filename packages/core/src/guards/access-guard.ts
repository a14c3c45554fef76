import { SessionAccessError, SessionUsageError } from '../errors.ts'
import { type BoundOptions, methodsOf, orRecentOf, type RecentOptions } from '../session/require.ts'
import { isSession, type Session } from '../session/session.ts'
import { check, checkAs } from '../util/check.ts'
import { checkCalled } from '../util/check-called.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import { quote } from '../util/quote.ts'
import { checkGuardOptions } from './guard-options.ts'
import { createRedirect, type RedirectOptions } from './redirect.ts'

/** The options that `requireSession`, `requireRecent` and `requireBound` have in common. */
export interface AccessOptions<Request = unknown> extends RedirectOptions<Request> {
  /** The name of the session on the request. @default 'session' */
  readonly as?: string
}

/** Options of the guard `requireSession`. */
export interface SessionGuardOptions<Request = unknown> extends AccessOptions<Request> {
  /**
   * True: a session in which somebody acts as the user does not pass, as with `session.requireOwn()`. It is refused with
   * the status 403, and not redirected: a login would not help.
   * @default false
   */
  readonly own?: boolean
}

/** Options of the guard `requireRecent`. */
export interface RecentGuardOptions<Request = unknown>
  extends AccessOptions<Request>,
    RecentOptions {}

/** Options of the guard `requireBound`. */
export interface BoundGuardOptions<Request = unknown>
  extends AccessOptions<Request>,
    BoundOptions {}

const common = { as: true, redirectTo: true, trustedOrigins: true } as const

/** Decides whether a request may continue to its route. */
export interface AccessGuard<Request = unknown> {
  /** The name of the session on the request. */
  readonly as: string
  /**
   * Returns `undefined` if the request may continue, else the address to redirect to, ready for a `Location` header.
   * `session` is the value that the request has under the name `as`.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED` or `ERR_SESSION_NOT_RECENT`, status 401, without `redirectTo`;
   * `ERR_SESSION_ACTING`, status 403, even with it. `ERR_SESSION_NOT_BOUND`, status 403 even with it, and 401 without.
   * @throws SessionUsageError `ERR_SESSION_MISSING` if no session is mounted; `ERR_CONFIG_INVALID` if a `redirectTo`
   * function leads to another site.
   * @throws SessionStoreError if the store failed to load the session, even with `redirectTo`: logging in would not
   * help.
   */
  check(request: Request, session: unknown): string | undefined
}

/**
 * Creates a guard that lets logged-in users pass. An anonymous session is not enough.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid options.
 */
export function createSessionGuard<Request>(
  options: SessionGuardOptions<Request> = {},
): AccessGuard<Request> {
  const known = { ...common, own: true } as const
  const { own, ...others } = { own: false, ...checkGuardOptions(options, known, 'requireSession') }
  check(typeof own === 'boolean', `own is ${quote(own)}`, 'Give true or false')
  return createAccessGuard(others, (session) =>
    own ? session.requireOwn() : session.requireUser(),
  )
}

/**
 * Creates a guard that lets users pass who logged in, or proved the option `method`, within `duration`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an invalid duration or invalid options.
 */
export function createRecentGuard<Request>(
  duration: Duration,
  options: RecentGuardOptions<Request> = {},
): AccessGuard<Request> {
  checkCalled(duration, 'requireRecent', "requireRecent('10m')")
  milliseconds(duration, 'requireRecent')
  const known = { ...common, method: true } as const
  const { method, ...others } = checkGuardOptions(options, known, 'requireRecent')
  const recent = 'method' in options ? ({ method } as RecentOptions) : {}
  methodsOf(recent)
  return createAccessGuard(others, (session) => session.requireRecent(duration, recent))
}

/**
 * Creates a guard that lets users pass whose browser has proved that it has the key of the session, or who meet `orRecent`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid options.
 */
export function createBoundGuard<Request>(
  options: BoundGuardOptions<Request> = {},
): AccessGuard<Request> {
  const known = { ...common, orRecent: true } as const
  const { orRecent, ...others } = checkGuardOptions(options, known, 'requireBound')
  const bound = 'orRecent' in options ? ({ orRecent } as BoundOptions) : {}
  orRecentOf(bound)
  return createAccessGuard(others, (session) => session.requireBound(bound))
}

/**
 * Returns `found` as a session, given the value that a request has under the name `as`.
 * @throws SessionUsageError `ERR_SESSION_MISSING` if it is no Sojourn session; the message says what to mount.
 */
export function mountedSession(found: unknown, as = 'session'): Session<object> {
  if (isSession(found)) return found
  const options = as === 'session' ? '' : `, { as: '${as}' }`
  const what =
    found === undefined || found === null ? 'no session' : 'something else than a session'
  throw new SessionUsageError(
    'ERR_SESSION_MISSING',
    `This request has ${what} under the name '${as}'. Mount sessions(manager${options}) before whatever asks for it.`,
  )
}

/** `rule` throws a SessionAccessError for sessions that may not pass. */
function createAccessGuard<Request>(
  options: AccessOptions<Request>,
  rule: (session: Session<object>) => void,
): AccessGuard<Request> {
  const { as = 'session' } = options
  checkAs(as)
  const redirect = createRedirect(options)
  return {
    as,
    check(request, found) {
      const session = mountedSession(found, as)
      try {
        rule(session)
        return undefined
      } catch (error) {
        if (redirect === undefined || !wouldLoginHelp(error)) throw error
        return redirect(request)
      }
    },
  }
}

function wouldLoginHelp(error: unknown): boolean {
  return error instanceof SessionAccessError && error.status === 401
}
