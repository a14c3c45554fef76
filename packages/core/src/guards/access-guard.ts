import { SessionAccessError, SessionUsageError } from '../errors.ts'
import { Session } from '../session/session.ts'
import { checkOptions } from '../util/check-options.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import { createRedirect, type RedirectOptions } from './redirect.ts'

/** What a guard before routes may be told. */
export interface AccessOptions<Request = unknown> extends RedirectOptions<Request> {
  /** The name of the session on the request. @default 'session' */
  readonly as?: string
}

const known = { as: true, redirectTo: true, trustedOrigins: true } as const

/** Lets pass, sends elsewhere or fails. */
export interface AccessGuard<Request = unknown> {
  /** The name of the session on the request. */
  readonly as: string
  /**
   * Answers where to redirect to; `undefined` where the request may pass. `session` is what the binding finds under `as`.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED`, `ERR_SESSION_NOT_RECENT` where there is nowhere to redirect to.
   * @throws SessionUsageError `ERR_SESSION_MISSING` where no session is mounted; `ERR_CONFIG_INVALID` where a function
   * redirects to another site.
   * @throws SessionStoreError where the store could not open the session: never a redirect, for a login would not help.
   */
  check(request: Request, session: unknown): string | undefined
}

/**
 * Lets a logged-in user pass. An anonymous session is not enough.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for options that are none.
 */
export function createSessionGuard<Request>(
  options: AccessOptions<Request> = {},
): AccessGuard<Request> {
  return createAccessGuard(options, (session) => session.requireUser())
}

/**
 * Lets a user pass who has proved who they are within `duration`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for a duration or options that are none.
 */
export function createRecentGuard<Request>(
  duration: Duration,
  options: AccessOptions<Request> = {},
): AccessGuard<Request> {
  milliseconds(duration, 'requireRecent')
  return createAccessGuard(options, (session) => session.requireRecent(duration))
}

/**
 * The session that a binding finds on a request under the name `as`.
 * @throws SessionUsageError `ERR_SESSION_MISSING` where there is none of ours; says what to mount.
 */
export function mountedSession(found: unknown, as = 'session'): Session<object> {
  if (found instanceof Session) return found
  const options = as === 'session' ? '' : `, { as: '${as}' }`
  const what =
    found === undefined || found === null ? 'no session' : 'something else than a session'
  throw new SessionUsageError(
    'ERR_SESSION_MISSING',
    `This request has ${what} under the name '${as}'. Mount sessions(manager${options}) before whatever asks for it.`,
  )
}

function createAccessGuard<Request>(
  options: AccessOptions<Request>,
  rule: (session: Session<object>) => void,
): AccessGuard<Request> {
  const { as = 'session' } = checkOptions(options, known, 'The guard')
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
