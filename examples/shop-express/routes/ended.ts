/** Pages for visitors whose session was ended, on this device or from another. */
import type { SessionManager } from '@sojourn/core'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { type NextFunction, type Request, type Response, Router } from 'express'
import { sendPage } from './send-page.ts'

/** Shows why the session ended, instead of the page: nothing can be saved in it, so the click would be lost. */
export function endedRoutes({ cookieName }: SessionManager): Router {
  return Router().post('/start-afresh', startAfresh).use(sayWhyEnded)

  /** Deletes the cookie of the ended session. Only a click may: a late response could delete the cookie of a new login. */
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
