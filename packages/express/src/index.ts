import type { Session, SessionManager } from '@sojourn/core'
import { sessions as mount } from '@sojourn/node'
import type { Request, RequestHandler } from 'express'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'

declare global {
  namespace Express {
    interface Request {
      /** The request's session, once `sessions(manager)` is mounted. Declare its keys in core's SessionData. */
      session: Session
    }
  }
}

/** How sessions are mounted on an Express application. */
export interface SessionsOptions {
  /** The name of the session on the request; another one for a second manager. @default 'session' */
  readonly as?: string
}

/**
 * Gives each request its `req.session`, and commits it before the first byte of the response leaves. Whether a request
 * is secure says Express, by its setting 'trust proxy'. Trouble goes to the application's error handler: a store that is
 * down as a SessionStoreError with status 503, and a Retry-After on the response.
 */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  { as = 'session' }: SessionsOptions = {},
): RequestHandler {
  return mount(manager, { as, isSecure: (request: Request) => request.secure })
}
