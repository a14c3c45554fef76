import type { Duration } from '@sojourn/core'
import {
  type AccessGuard,
  type AccessOptions,
  type CsrfOptions,
  createCsrfGuard,
  createRecentGuard,
  createSessionGuard,
  csrfField,
} from '@sojourn/core/binding'
import { nodeCarrier } from './carrier.ts'
import { applyErrorHead } from './head.ts'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'
import type { Handler } from './sessions.ts'

/**
 * Lets a logged-in user pass. Others are redirected, or the error goes to `next`: a SessionAccessError
 * `ERR_SESSION_REQUIRED`, 401, its status on the response. `ERR_SESSION_MISSING` where `sessions` is not mounted.
 */
export function requireSession<Request extends NodeRequest, Response extends NodeResponse>(
  options: AccessOptions<Request> = {},
): Handler<Request, Response> {
  return guardAccess(createSessionGuard(options))
}

/**
 * Lets a user pass who has proved who they are within `duration`; else as `requireSession`, with the code
 * `ERR_SESSION_NOT_RECENT`.
 */
export function requireRecent<Request extends NodeRequest, Response extends NodeResponse>(
  duration: Duration,
  options: AccessOptions<Request> = {},
): Handler<Request, Response> {
  return guardAccess(createRecentGuard(duration, options))
}

/**
 * Refuses what other sites have a browser send: `ERR_CSRF_REFUSED`, 403, to `next`. With `token` it finds a form's token
 * in `request.body`, so the body is to be parsed before.
 */
export function csrf<Request extends NodeRequest, Response extends NodeResponse>(
  options: CsrfOptions = {},
): Handler<Request, Response> {
  const guard = createCsrfGuard(options)
  return (request, response, next) => {
    const { method = '', headers } = request
    const sentMethod = sentMethodOf(request)
    const seen = { ...nodeCarrier(request, response), method, sentMethod, host: hostOf(headers) }
    const found: unknown = Reflect.get(request, guard.as)
    const body: unknown = Reflect.get(request, 'body')
    passOr(response, next, () => {
      guard.check(seen, found, csrfField(body))
      return undefined
    })
  }
}

function guardAccess<Request extends NodeRequest, Response extends NodeResponse>(
  guard: AccessGuard<Request>,
): Handler<Request, Response> {
  return (request, response, next) =>
    passOr(response, next, () => guard.check(request, Reflect.get(request, guard.as)))
}

/** Goes on, redirects to where `check` says, or fails with what it throws. */
function passOr(
  answer: NodeResponse,
  next: (error?: unknown) => void,
  check: () => string | undefined,
): void {
  const response = asHttp1(answer)
  let location: string | undefined
  try {
    location = check()
  } catch (error) {
    if (!response.headersSent) applyErrorHead(response, error)
    next(error)
    return
  }
  if (location === undefined) next()
  else response.writeHead(303, { Location: location }).end()
}

/** The method before `method-override` put another in its place. */
function sentMethodOf(request: NodeRequest): string | undefined {
  const method: unknown = Reflect.get(request, 'originalMethod')
  return typeof method === 'string' ? method : undefined
}

/** HTTP/2 has a field of its own for the host. */
function hostOf(headers: NodeRequest['headers']): string | undefined {
  const authority = headers[':authority']
  return typeof authority === 'string' ? authority : headers.host
}
