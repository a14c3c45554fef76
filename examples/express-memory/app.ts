/** The application: one manager, `sessions(manager)`, and routes that find `req.session` there. */
import { join } from 'node:path'
import type { SessionManager } from '@sojourn/core'
import { sessions } from '@sojourn/express'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import './session-data.ts'
import { devicesRoutes } from './routes/devices.ts'
import { endedRoutes } from './routes/ended.ts'
import { shopRoutes } from './routes/shop.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { notFound, showError } from './routes/trouble.ts'

/** Forms are protected by the cookie's SameSite=Lax for now: other sites' forms arrive without it. */
export function createApp({ manager }: { manager: SessionManager }): Express {
  return express()
    .disable('x-powered-by')
    .use(guardPage)
    .use(express.static(join(import.meta.dirname, 'public')))
    .use(express.urlencoded({ extended: false }))
    .use(sessions(manager))
    .use(signInRoutes)
    .use(endedRoutes(manager))
    .use(shopRoutes)
    .use(devicesRoutes(manager))
    .use(notFound)
    .use(showError)
}

/** Nothing but our own style and pictures: no script, no frame, no form that leads away. */
function guardPage(_req: Request, res: Response, next: NextFunction) {
  res.set({
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
  })
  next()
}
