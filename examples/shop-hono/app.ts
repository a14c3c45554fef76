/** The application: `sessions(manager)`, and the routes that use `c.get('session')`. */
import { serveStatic } from '@hono/node-server/serve-static'
import { publicFolder, safePage } from '@sojourn/example-shop/page'
import '@sojourn/example-shop/session-data'
import type { Setting } from '@sojourn/example-shop/setting'
import { csrf, sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ShopEnv } from './env.ts'
import { accountRoutes } from './routes/account.ts'
import { confirmRoutes } from './routes/confirm.ts'
import { devicesRoutes } from './routes/devices.ts'
import { endedRoutes, sayWhyEnded } from './routes/ended.ts'
import { shopRoutes } from './routes/shop.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { sourceRoutes } from './routes/source.ts'
import { notFound, showError } from './routes/trouble.ts'

export function createApp({ manager, clock = Date.now }: Setting): Hono<ShopEnv> {
  return new Hono<ShopEnv>()
    .use(async (c, next) => {
      for (const [name, value] of Object.entries(safePage)) c.header(name, value)
      c.set('now', clock())
      await next()
    })
    .use(serveStatic({ root: publicFolder }))
    .use(bodyLimit({ maxSize: 100 * 1024 }))
    .use(sessions(manager))
    .use(csrf())
    .route('/', signInRoutes(manager))
    .route('/', sourceRoutes())
    .route('/', endedRoutes(manager))
    .use(sayWhyEnded)
    .route('/', shopRoutes())
    .route('/', devicesRoutes(manager))
    .route('/', accountRoutes())
    .route('/', confirmRoutes())
    .notFound(notFound)
    .onError(showError)
}
