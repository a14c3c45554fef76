/** The application: `sessions(manager)`, and the routes that use `req.session`. */
import { publicFolder, safePage } from '@sojourn/example-shop/page'
import '@sojourn/example-shop/session-data'
import type { Setting } from '@sojourn/example-shop/setting'
import { csrf, sessions } from '@sojourn/express'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { noteTime } from './now.ts'
import { accountRoutes } from './routes/account.ts'
import { askForPassword, confirmRoutes } from './routes/confirm.ts'
import { devicesRoutes } from './routes/devices.ts'
import { endedRoutes } from './routes/ended.ts'
import { shopRoutes } from './routes/shop.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { sourceRoutes } from './routes/source.ts'
import { notFound, showError } from './routes/trouble.ts'

export function createApp({ manager, clock = Date.now }: Setting): Express {
  return express()
    .disable('x-powered-by')
    .use(guardPage)
    .use(noteTime(clock))
    .use(express.static(publicFolder))
    .use(express.urlencoded({ extended: false }))
    .use(sessions(manager))
    .use(csrf())
    .use(signInRoutes(manager))
    .use(sourceRoutes)
    .use(endedRoutes(manager))
    .use(shopRoutes)
    .use(devicesRoutes(manager))
    .use(accountRoutes())
    .use(confirmRoutes)
    .use(notFound)
    .use(askForPassword)
    .use(showError)
}

function guardPage(_req: Request, res: Response, next: NextFunction) {
  res.set(safePage)
  next()
}
