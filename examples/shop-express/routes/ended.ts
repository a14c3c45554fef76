/** What happens to those whose session somebody ended, on this device or from another. */
import type { SessionManager } from '@sojourn/core'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { type NextFunction, type Request, type Response, Router } from 'express'
import { sendPage } from './send-page.ts'

/** An ended session keeps nothing and accepts only a login: say why, before a click is lost. */
export function endedRoutes({ cookieName }: SessionManager): Router {
  return Router().post('/start-afresh', startAfresh).use(sayWhyEnded)

  /** Only a click drops the dead cookie: a late response that did might drop that of a new login. */
  function startAfresh(req: Request, res: Response) {
    if (req.session.ended) res.clearCookie(cookieName, { secure: req.secure })
    res.redirect(303, '/')
  }
}

function sayWhyEnded(req: Request, res: Response, next: NextFunction) {
  const { ended } = req.session
  if (!ended) return next()
  sendPage(req, res.status(401), () => endedPage(ended))
}
