/** The application: `sessions(manager)`, and the routes that use `request.session`. */
import type { RequestListener } from 'node:http'
import forms from '@fastify/formbody'
import files from '@fastify/static'
import { publicFolder, safePage } from '@sojourn/example-shop/page'
import '@sojourn/example-shop/session-data'
import type { Setting } from '@sojourn/example-shop/setting'
import { csrf, sessions } from '@sojourn/fastify'
import fastify, { type FastifyInstance } from 'fastify'
import { noteTime } from './now.ts'
import { accountRoutes } from './routes/account.ts'
import { confirmRoutes } from './routes/confirm.ts'
import { devicesRoutes } from './routes/devices.ts'
import { endedRoutes, sayWhyEnded } from './routes/ended.ts'
import { shopRoutes } from './routes/shop.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { sourceRoutes } from './routes/source.ts'
import { notFound, showError } from './routes/trouble.ts'

function createApp({ manager, clock = Date.now }: Setting): FastifyInstance {
  const app = fastify({ frameworkErrors: showError })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(safePage)
    noteTime(request, clock())
  })
  app.setErrorHandler(showError)
  app.setNotFoundHandler(notFound)
  app.register(files, { root: publicFolder })
  app.register(forms)
  app.register(sessions(manager))
  app.addHook('preHandler', csrf())
  signInRoutes(app, manager)
  sourceRoutes(app)
  endedRoutes(app, manager)
  app.register(async (living) => {
    living.addHook('preHandler', sayWhyEnded)
    shopRoutes(living)
    devicesRoutes(living, manager)
    accountRoutes(living)
    confirmRoutes(living)
  })
  return app
}

/** Returns what `node:http` calls for each request. */
export function createListener(setting: Setting): RequestListener {
  const app = createApp(setting)
  return (request, response) => void app.ready(() => app.routing(request, response))
}
