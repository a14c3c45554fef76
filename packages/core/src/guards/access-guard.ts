import { SessionAccessError, SessionUsageError } from '../errors.ts'
import { isSession, type Session } from '../session/session.ts'
import { checkAs } from '../util/check.ts'
import { checkCalled } from '../util/check-called.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import { checkGuardOptions } from './guard-options.ts'
import { createRedirect, type RedirectOptions } from './redirect.ts'

/** Options of `requireSession` and `requireRecent`. */
export interface AccessOptions<Request = unknown> extends RedirectOptions<Request> {
  /** The name of the session on the request. @default 'session' */
  readonly as?: string
}

const known = { as: true, redirectTo: true, trustedOrigins: true } as const

/** Decides whether a request may continue to its route. */
export interface AccessGuard<Request = unknown> {
  /** The name of the session on the request. */
  readonly as: string
  /**
   * Returns `undefined` if the request may continue, else the address to redirect to, ready for a `Location` header.
   * `session` is the value that the request has under the name `as`.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED` or `ERR_SESSION_NOT_RECENT`, status 401, without `redirectTo`.
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
  options: AccessOptions<Request> = {},
): AccessGuard<Request> {
  return createAccessGuard('requireSession', options, (session) => session.requireUser())
}

/**
 * Creates a guard that lets users pass who logged in within `duration`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an invalid duration or invalid options.
 */
export function createRecentGuard<Request>(
  duration: Duration,
  options: AccessOptions<Request> = {},
): AccessGuard<Request> {
  checkCalled(duration, 'requireRecent', "requireRecent('10m')")
  milliseconds(duration, 'requireRecent')
  return createAccessGuard('requireRecent', options, (session) => session.requireRecent(duration))
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
  name: string,
  options: AccessOptions<Request>,
  rule: (session: Session<object>) => void,
): AccessGuard<Request> {
  const { as = 'session' } = checkGuardOptions(options, known, name)
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
        if (redirect === undefined || !(error instanceof SessionAccessError)) throw error
        return redirect(request)
      }
    },
  }
}
