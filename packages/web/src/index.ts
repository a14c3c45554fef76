import { type Session, SessionError, type SessionManager } from '@sojourn/core'
import { checkManager } from '@sojourn/core/binding'
import { beginExchange, exchangeOf } from './exchange.ts'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export {
  type CookieJar,
  type CookieSessions,
  type CookieSessionsOptions,
  cookieSessions,
  type JarCookie,
} from './cookie-sessions.ts'
export { csrf, type Guard, type GuardOptions, requireRecent, requireSession } from './guards.ts'

/** How sessions are given to handlers. */
export interface SessionsOptions {
  /**
   * Whether a request came by HTTPS. Behind a proxy that ends TLS and sets the header itself:
   * `(request) => request.headers.get('x-forwarded-proto') === 'https'`.
   * @default whether its URL says so; no header is believed
   */
  readonly isSecure?: (request: Request) => boolean
  /**
   * Answers with an error: of the store, of a commit, or one that the handler threw.
   * @default for Sojourn's errors an empty response with their status and headers (503 and Retry-After where the store
   * is down); every other error is thrown on, and then what the handler changed is dropped, and told of by an event
   */
  readonly onError?: (error: unknown, request: Request) => Response | Promise<Response>
}

/**
 * Answers a request by a handler that is given its session. Its response is committed before it is handed on; a Response
 * that is thrown is one too, because few frameworks take one that they must catch. Within itself, for the same request, it only gives the session of its manager: the outermost commits.
 */
export type WithSession<Data extends object> = (
  request: Request,
  handle: (session: Session<Data>) => Response | Promise<Response>,
) => Promise<Response>

/** Makes `withSession(request, handle)`, for whatever answers a Request with a Response. */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  { isSecure = hasSecureUrl, onError = answerOwn }: SessionsOptions = {},
): WithSession<Data> {
  checkManager(manager)
  return async (request, handle) => {
    const outer = exchangeOf(request)
    if (outer) return handle(await outer.open(manager))
    const terms = {
      secure: isSecure(request),
      onError: (error: unknown) => onError(error, request),
    }
    const exchange = beginExchange(request, terms)
    let response: Response
    try {
      response = await handle(await exchange.open(manager))
    } catch (thrown) {
      if (!(thrown instanceof Response)) return exchange.fail(thrown)
      response = thrown
    }
    return exchange.answer(response)
  }
}

function hasSecureUrl({ url }: Request): boolean {
  return url.startsWith('https:')
}

function answerOwn(error: unknown): Response {
  if (!(error instanceof SessionError)) throw error
  const { status, headers = {} } = error as SessionError & { headers?: Record<string, string> }
  return new Response(null, { status, headers })
}
