import type { Duration, Session } from '@sojourn/core'
import {
  type AccessGuard,
  type AccessOptions,
  type CsrfOptions,
  checkFetch,
  createCsrfGuard,
  createRecentGuard,
  createSessionGuard,
} from '@sojourn/core/binding'
import { exchangeOf } from './exchange.ts'

/** What a guard is told. A session is handed to it, so it has no name to be found by. */
export type GuardOptions = Omit<AccessOptions<Request>, 'as'>

/** To be called first in a handler: passes, or throws what answers instead. */
export type Guard = (request: Request, session: Session<object>) => void

/**
 * Lets a logged-in user pass. For others it throws a redirect (303), with which `withSession` answers, or a
 * SessionAccessError `ERR_SESSION_REQUIRED`, status 401.
 */
export function requireSession(options: GuardOptions = {}): Guard {
  return guardAccess(createSessionGuard(options))
}

/** Lets a user pass who has proved who they are within `duration`; else as `requireSession`, with `ERR_SESSION_NOT_RECENT`. */
export function requireRecent(duration: Duration, options: GuardOptions = {}): Guard {
  return guardAccess(createRecentGuard(duration, options))
}

/**
 * Refuses what other sites have a browser send: a SessionAccessError `ERR_CSRF_REFUSED`, status 403. With `token` it also
 * demands the session's token, from the header `X-CSRF-Token` or the field `_csrf` of a form of up to 1 MiB,
 * of which it reads a copy.
 */
export function csrf(
  options: Omit<CsrfOptions, 'as'> = {},
): (request: Request, session: Session<object>) => Promise<void> {
  const guard = createCsrfGuard(options)
  return async (request, session) => {
    const said = await checkFetch(guard, { request, session }) // what is refused brings its lines along
    for (const line of said) exchangeOf(request)?.say(...line)
  }
}

function guardAccess(guard: AccessGuard<Request>): Guard {
  return (request, session) => {
    const location = guard.check(request, session)
    if (location === undefined) return
    throw new Response(null, { status: 303, headers: { Location: location } })
  }
}
