import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Session, type SessionManager, SessionUsageError } from '@sojourn/core'
import { nodeCarrier } from './carrier.ts'
import { announce } from './head.ts'
import { beforeHeaders } from './held-response.ts'

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

const mounted = new WeakMap<IncomingMessage, Map<object, Session<object>>>()

/**
 * Gives each request its session, and commits it before the first byte of the response. Trouble goes to `next(error)`,
 * with the error's status and headers on the response: a store that is down is a SessionStoreError, 503, Retry-After.
 * Mounted again with the same manager it only gives the session that the request has.
 */
export function sessions<
  Data extends object,
  Request extends IncomingMessage,
  Response extends ServerResponse,
>(
  manager: SessionManager<Data>,
  { as = 'session', isSecure }: SessionsOptions<Request> = {},
): Handler<Request, Response> {
  checkManager(manager)
  return (request, response, next) => {
    const present = mounted.get(request)?.get(manager)
    if (present) {
      Object.assign(request, { [as]: present })
      next()
      return
    }
    const carrier = nodeCarrier(request, response, isSecure ? { secure: isSecure(request) } : {})
    const begin = (session: Session<Data>) => {
      remember(request, manager, session)
      Object.assign(request, { [as]: session })
      beforeHeaders(response, { commit: () => manager.commit(session, carrier), fail: next })
      next()
    }
    const refuse = (error: unknown) => {
      if (!response.headersSent) announce(response, error)
      next(error)
    }
    // Outside of the promise: what the application throws is its own, and no unhandled rejection of ours.
    manager.load(carrier).then(
      (session) => process.nextTick(begin, session),
      (error: unknown) => process.nextTick(refuse, error),
    )
  }
}

function checkManager(manager: unknown): void {
  if (typeof Object(manager).load === 'function') return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'sessions() was given no manager. Make one first: sessions(createSessionManager(…)).',
  )
}

function remember(request: IncomingMessage, manager: object, session: Session<object>): void {
  const known = mounted.get(request)
  if (known) known.set(manager, session)
  else mounted.set(request, new Map([[manager, session]]))
}
