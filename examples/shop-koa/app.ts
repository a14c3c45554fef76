/** The application: `sessions(manager)`, and the routes that use `ctx.session`. */
import { bodyParser } from '@koa/bodyparser'
import { publicFolder, safePage } from '@sojourn/example-shop/page'
import '@sojourn/example-shop/session-data'
import type { Setting } from '@sojourn/example-shop/setting'
import { csrf, sessions } from '@sojourn/koa'
import Koa from 'koa'
import files from 'koa-static'
import { accountRoutes } from './routes/account.ts'
import { askForPassword, confirmRoutes } from './routes/confirm.ts'
import { devicesRoutes } from './routes/devices.ts'
import { endedRoutes, sayWhyEnded } from './routes/ended.ts'
import { shopRoutes } from './routes/shop.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { sourceRoutes } from './routes/source.ts'
import { notFound, showErrors } from './routes/trouble.ts'

export function createApp({ manager, clock = Date.now }: Setting): Koa {
  const app = new Koa()
  app
    .use((ctx, next) => {
      ctx.set(safePage)
      ctx.state['now'] = clock()
      return next()
    })
    .use(showErrors)
    .use(files(publicFolder))
    .use(bodyParser({ enableTypes: ['form'] }))
    .use(sessions(manager))
    .use(csrf())
    .use(askForPassword)
    .use(signInRoutes(manager))
    .use(sourceRoutes())
    .use(endedRoutes(manager))
    .use(sayWhyEnded)
    .use(shopRoutes())
    .use(devicesRoutes(manager))
    .use(accountRoutes())
    .use(confirmRoutes())
    .use(notFound)
  return app
}
