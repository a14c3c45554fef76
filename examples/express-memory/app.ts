/** The application: one manager, `sessions(manager)`, and routes that find `req.session` there. */
import { join } from 'node:path'
import { type Clock, type SessionManager, systemClock } from '@sojourn/core'
import { sessions } from '@sojourn/express'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import './session-data.ts'
import { noteTime } from './now.ts'
import { accountRoutes } from './routes/account.ts'
import { askForPassword, confirmRoutes } from './routes/confirm.ts'
import { devicesRoutes } from './routes/devices.ts'
import { endedRoutes } from './routes/ended.ts'
import { shopRoutes } from './routes/shop.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { notFound, showError } from './routes/trouble.ts'

/** What an application is made of. */
export interface Setting {
  readonly manager: SessionManager
  /** What the pages tell the time by: the manager's. @default the machine's */
  readonly clock?: Clock
}

/** Forms are protected by the cookie's SameSite=Lax for now: other sites' forms arrive without it. */
export function createApp({ manager, clock = systemClock }: Setting): Express {
  return express()
    .disable('x-powered-by')
    .use(guardPage)
    .use(noteTime(clock))
    .use(express.static(join(import.meta.dirname, 'public')))
    .use(express.urlencoded({ extended: false }))
    .use(sessions(manager))
    .use(signInRoutes)
    .use(endedRoutes(manager))
    .use(shopRoutes)
    .use(devicesRoutes(manager))
    .use(accountRoutes())
    .use(confirmRoutes)
    .use(notFound)
    .use(askForPassword)
    .use(showError)
}

/** Nothing but our own style, script and pictures: no inline script, no frame, no form that leads away. */
function guardPage(_req: Request, res: Response, next: NextFunction) {
  res.set({
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
  })
  next()
}
