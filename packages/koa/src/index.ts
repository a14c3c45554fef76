import type { Session, SessionManager } from '@sojourn/core'
import { checkManager } from '@sojourn/core/binding'
import { mountSession, sessionOf } from '@sojourn/node'
import type { Context, Middleware } from 'koa'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { csrf, requireRecent, requireSession } from './guards.ts'

declare module 'koa' {
  interface DefaultContext {
    /** The request's session, once `sessions(manager)` is mounted. Declare its keys in core's SessionData. */
    session: Session
  }
}

/** How sessions are mounted on a Koa application. */
export interface SessionsOptions {
  /** The name of the session on the context; another one for a second manager. @default 'session' */
  readonly as?: string
}

/**
 * Gives each request its `ctx.session`, and commits it before the first byte of the response leaves. Whether a request
 * is secure says Koa, by its setting `proxy`. Trouble is thrown through the middleware: a store that is down as a
 * SessionStoreError with status 503 and a Retry-After in its headers, which Koa's own error handling sends along. Where
 * a handler has written to `ctx.res` itself, there is no middleware left to throw to, and it goes to `ctx.onerror`.
 */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  { as = 'session' }: SessionsOptions = {},
): Middleware {
  checkManager(manager)
  return async (ctx, next) => {
    const present = sessionOf(manager, ctx.req)
    if (present) {
      Object.assign(ctx, { [as]: present })
      return next()
    }
    const { session, commit } = await mountSession(manager, {
      request: ctx.req,
      response: ctx.res,
      secure: ctx.secure,
      fail: (error) => ctx.onerror(error as Error), // Koa makes an error of whatever it is
    })
    Object.assign(ctx, { [as]: session })
    await next()
    if (ctx.respond === false || ctx.headerSent) return // in other hands, the response commits by itself
    try {
      await commit()
    } catch (error) {
      withdraw(ctx as Context, error)
      throw error
    }
  }
}

/** Nothing of an answer leaves whose changes were not kept, whoever catches the error, and whatever he leaves out. */
function withdraw(ctx: Context, error: unknown): void {
  const { status = 500, headers = {} } = Object(error)
  for (const name of ctx.res.getHeaderNames()) ctx.remove(name)
  ctx.body = undefined
  ctx.status = status
  ctx.set(headers)
}
