import type { Duration } from '@sojourn/core'
import {
  type AccessGuard,
  type BoundGuardOptions,
  type CsrfOptions,
  type CsrfRequest,
  createGuards,
  csrfField,
  type RecentGuardOptions,
  type SessionGuardOptions,
} from '@sojourn/core/binding'
import { nodeCarrier } from './carrier.ts'
import { applyErrorHead } from './head.ts'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'
import type { Handler } from './sessions.ts'
import { hasHeaders } from './upgrade.ts'

/** Called for each guard, because the application chooses the types of its requests and responses. */
function guardsFor<Request extends NodeRequest, Response extends NodeResponse>() {
  return createGuards<Request, Handler<Request, Response>>({
    access: (guard) => (request, response, next) =>
      runGuard({ response, next }, () => guard.check(request, Reflect.get(request, guard.as))),
    csrf: (guard) => (request, response, next) =>
      runGuard({ response, next }, () => {
        const body: unknown = Reflect.get(request, 'body') // where body parsers leave it
        const session: unknown = Reflect.get(request, guard.as)
        guard.check(csrfView(request, response), session, csrfField(body))
        return undefined
      }),
  })
}

/** Calls `next`, or redirects to the address that `check` returns. */
function runGuard(
  { response, next }: { response: NodeResponse; next: (error?: unknown) => void },
  check: () => ReturnType<AccessGuard['check']>,
): void {
  let location: string | undefined
  try {
    location = check()
  } catch (error) {
    if (hasHeaders(response) && !response.headersSent) applyErrorHead(asHttp1(response), error)
    next(error)
    return
  }
  if (location === undefined) {
    next()
    return
  }
  const http1 = asHttp1(response)
  http1.writeHead(303, { Location: location }) // not chained: for an upgrade, some frameworks replace it by a stub
  http1.end()
}

function csrfView(request: NodeRequest, response: NodeResponse): CsrfRequest {
  const { method = '', headers } = request
  const originalMethod: unknown = Reflect.get(request, 'originalMethod') // set by `method-override`
  const authority = headers[':authority'] // HTTP/2 sends the host here
  return {
    ...nodeCarrier(request, response),
    method,
    sentMethod: typeof originalMethod === 'string' ? originalMethod : undefined,
    host: typeof authority === 'string' ? authority : headers.host,
  }
}

/**
 * Returns a handler that lets logged-in users pass. Anonymous visitors are redirected to `redirectTo` with 303;
 * without it, a SessionAccessError `ERR_SESSION_REQUIRED` goes to `next`, its status 401 already on the response.
 * Mount it after `sessions(manager)`; without a session the error is `ERR_SESSION_MISSING`.
 *
 * @example
 * ```ts
 * import { requireSession } from '@sojourn/node'
 *
 * const loggedIn = requireSession({ redirectTo: '/login' })
 *
 * loggedIn(request, response, (error) => {
 *   if (error) return response.end()
 *   response.end('your account')
 * })
 * ```
 */
export function requireSession<Request extends NodeRequest, Response extends NodeResponse>(
  options?: SessionGuardOptions<Request>,
): Handler<Request, Response> {
  return guardsFor<Request, Response>().requireSession(options)
}

/**
 * Returns a handler that lets users pass who logged in within `duration`, or proved the option `method`. Others are redirected or refused as by
 * `requireSession`, with the code `ERR_SESSION_NOT_RECENT`.
 *
 * @example
 * ```ts
 * import { requireRecent } from '@sojourn/node'
 *
 * const recent = requireRecent('10m', { redirectTo: '/confirm-password' })
 * ```
 */
export function requireRecent<Request extends NodeRequest, Response extends NodeResponse>(
  duration: Duration,
  options?: RecentGuardOptions<Request>,
): Handler<Request, Response> {
  return guardsFor<Request, Response>().requireRecent(duration, options)
}

/**
 * Returns a handler that lets users pass whose browser has proved that it has the key of the session, by the option `deviceBound`, or
 * who meet `orRecent`. For others a SessionAccessError `ERR_SESSION_NOT_BOUND` goes to `next`, its
 * status 403 already on the response; where a login helps, it is 401, or a redirect to `redirectTo`.
 *
 * @example
 * ```ts
 * import { requireBound } from '@sojourn/node'
 *
 * const bound = requireBound({ orRecent: '5m' })
 * ```
 */
export function requireBound<Request extends NodeRequest, Response extends NodeResponse>(
  options?: BoundGuardOptions<Request>,
): Handler<Request, Response> {
  return guardsFor<Request, Response>().requireBound(options)
}

/**
 * Returns a handler that refuses cross-site requests: a SessionAccessError `ERR_CSRF_REFUSED` goes to `next`, its
 * status 403 already on the response. With `token` it also requires the session's token, in the header `X-CSRF-Token`
 * or the field `_csrf` of `request.body`: mount it after the body parser.
 *
 * @example
 * ```ts
 * import { csrf } from '@sojourn/node'
 *
 * const sameSite = csrf({ trustedOrigins: ['https://app.example.com'] })
 * ```
 */
export function csrf<Request extends NodeRequest, Response extends NodeResponse>(
  options?: CsrfOptions,
): Handler<Request, Response> {
  return guardsFor<Request, Response>().csrf(options)
}
