import { type Session, SessionError, type SessionManager } from '@sojourn/core'
import { checkIpOption, checkMount, markPassive } from '@sojourn/core/binding'
import { deviceResponse } from './device-routes.ts'
import { createScope, type RequestScope, scopeOf } from './request-scope.ts'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export {
  type CookieJar,
  type CookieSessions,
  type CookieSessionsOptions,
  cookieSessions,
  type JarCookie,
} from './cookie-sessions.ts'
export {
  type BoundOptions,
  csrf,
  type Guard,
  type GuardOptions,
  type RecentOptions,
  requireBound,
  requireRecent,
  requireSession,
} from './guards.ts'

/** Options of `sessions`. */
export interface SessionsOptions {
  /**
   * Returns whether the client uses HTTPS. Behind a proxy that ends TLS and sets the header itself, give
   * `(request) => request.headers.get('x-forwarded-proto') === 'https'`.
   * @default whether the URL begins with `https:`; no header is trusted
   */
  readonly isSecure?: (request: Request) => boolean
  /**
   * Returns the response for an error of the store or of a commit, or for what the handler threw. If it throws, that goes
   * to the framework, whose response carries no cookie: changes of a saved session are saved, and a new session is not
   * created, which an event reports.
   * @default for errors of Sojourn a response with their status, its text and their headers (503 and Retry-After if the
   * store fails), and a warning that names the cause (`manager.reportError`); all others are thrown
   */
  readonly onError?: (error: unknown, request: Request) => Response | Promise<Response>
  /**
   * Returns the address of the client, as your server knows it, for the option `fingerprint`. Only called with that option,
   * and required if it compares addresses.
   */
  readonly ip?: (request: Request) => string | undefined
  /**
   * Returns true for requests that do not count as use, such as those by which a page polls: they read the session and do
   * not prolong it. For one route, call the `withSession` of `sessions(manager, { passive: () => true })` there: a request is
   * passive if one of those that it goes through says so.
   * @default every request prolongs its session
   */
  readonly passive?: (request: Request) => boolean
}

/**
 * Calls `handle` with the session of a request, and returns its response when the session is committed. A Response
 * that is thrown is returned too, for frameworks that do not catch one. Called again inside `handle` for the same
 * request, it gives the same session (or, of another manager, a second one); the outermost call commits.
 */
export type WithSession<Data extends object> = (
  request: Request,
  handle: (session: Session<Data>) => Response | Promise<Response>,
) => Promise<Response>

/**
 * Returns `withSession(request, handle)`, for servers and frameworks whose handlers return a Response for a Request.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { memoryStore } from '@sojourn/store-memory'
 * import { sessions } from '@sojourn/web'
 *
 * const manager = createSessionManager(envConfig(secret, { store: memoryStore() }))
 * const withSession = sessions(manager)
 *
 * export default {
 *   fetch: (request: Request) =>
 *     withSession(request, (session) => new Response(`Hello ${session.userId ?? 'stranger'}`)),
 * }
 * ```
 */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  options: SessionsOptions = {},
): WithSession<Data> {
  const {
    isSecure = hasSecureUrl,
    onError = respond,
    ip,
    passive,
  } = checkMount(manager, options, {
    call: 'const withSession = sessions(manager)',
    known: { isSecure: true, onError: true, ip: true, passive: true },
  })
  checkIpOption(manager, ip, 'Give ip: (request) => …, as your server knows it')
  const ipOf = manager.fingerprint.length > 0 ? ip : undefined
  return async (request, handle) => {
    const answering = manager.route && deviceResponse(manager.route, request, isSecure)
    const answer = answering && (await answering.catch((error) => onError(error, request)))
    if (answer) return answer
    const outer = scopeOf(request)
    if (outer) return handle(await load(outer, request))
    const scope = createScope(request, {
      secure: isSecure(request),
      ip: ipOf?.(request),
      onError: (error) => onError(error, request),
    })
    let response: Response
    try {
      response = await handle(await load(scope, request))
    } catch (thrown) {
      if (!(thrown instanceof Response)) return scope.respondToError(thrown)
      response = thrown
    }
    return scope.respond(response)
  }

  async function load(scope: RequestScope, request: Request): Promise<Session<Data>> {
    const session = await scope.load(manager)
    markPassive(session, request, passive)
    return session
  }

  function respond(error: unknown): Response {
    return respondToOwnErrors(manager, error)
  }
}

function hasSecureUrl({ url }: Request): boolean {
  return url.startsWith('https:')
}

function respondToOwnErrors(
  manager: Pick<SessionManager, 'reportError'>,
  error: unknown,
): Response {
  if (!(error instanceof SessionError)) throw error
  manager.reportError(error)
  if ('getResponse' in error) return (error as { getResponse(): Response }).getResponse()
  return new Response('Internal Server Error', { status: 500 })
}
