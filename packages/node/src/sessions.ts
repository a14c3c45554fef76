import type { IncomingMessage, ServerResponse } from 'node:http'
import { type SessionManager, SessionStoreError } from '@sojourn/core'
import { nodeCarrier } from './carrier.ts'
import { beforeHeaders, type HeldResponse } from './held-response.ts'

/** How sessions are mounted. */
export interface SessionsOptions<Request extends IncomingMessage = IncomingMessage> {
  /** The name of the session on the request; another one for a second manager. @default 'session' */
  readonly as?: string
  /** Whether a request came by HTTPS. @default whether its own connection is encrypted */
  readonly isSecure?: (request: Request) => boolean
}

/** A handler of the kind that Connect and Express mount. */
export type Handler<Request, Response> = (
  request: Request,
  response: Response,
  next: (error?: unknown) => void,
) => void

/**
 * Gives each request its session, and commits it before the first byte of the response. Store trouble goes to
 * `next(error)` as a SessionStoreError with status 503, and the response has a Retry-After. Mounted again with the same
 * manager it does nothing.
 */
export function sessions<
  Data extends object,
  Request extends IncomingMessage,
  Response extends ServerResponse,
>(
  manager: SessionManager<Data>,
  { as = 'session', isSecure = isEncrypted }: SessionsOptions<Request> = {},
): Handler<Request, Response> {
  const mounted = new WeakSet<Request>()

  return (request, response, next) => {
    if (mounted.has(request)) return next()
    mounted.add(request)
    const fail = (error: unknown) => {
      if (error instanceof SessionStoreError) askToRetry(response, error)
      next(error)
    }
    let held: HeldResponse | undefined
    const secure = isSecure(request)
    const carrier = nodeCarrier(request, response, { secure, held: () => held })
    manager.load(carrier).then((session) => {
      Object.defineProperty(request, as, {
        value: session,
        configurable: true,
        enumerable: true,
        writable: true,
      })
      const commit = () => manager.commit(session, carrier)
      held = beforeHeaders(response, { commit, fail })
      next()
    }, fail)
  }
}

function askToRetry(response: ServerResponse, { headers }: SessionStoreError): void {
  if (response.headersSent) return
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}

function isEncrypted({ socket }: IncomingMessage): boolean {
  return 'encrypted' in socket && socket.encrypted === true
}
