import { randomBytes } from 'node:crypto'
import http from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import {
  type BindingApp,
  bindingSuite,
  type GuardSpec,
  listen,
  type Route,
  register,
  replaceSession,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireBound, requireRecent, requireSession, sessions } from '@sojourn/koa'
import Koa3, { type Context, type Middleware } from 'koa'
import Koa2 from 'koa2'
import { describe, expect, test } from 'vitest'

const secret = randomBytes(32)

/** Sends a response by the means of Koa. */
function respond(ctx: Context, { response: spec }: Route): void {
  if (spec.kind === 'error') throw spec.error
  if (spec.kind === 'json') ctx.body = spec.body
  else if (spec.kind === 'redirect') ctx.redirect(spec.to)
  else if (spec.kind === 'empty') ctx.status = spec.status
  else if (spec.kind === 'text') {
    for (const [name, value] of Object.entries(spec.headers ?? {}))
      if (name === 'Set-Cookie') ctx.append(name, value)
      else ctx.set(name, value)
    ctx.body = spec.body
  } else if (spec.kind === 'stream') ctx.body = Readable.from(slowly(spec.chunks))
  else {
    ctx.status = 200
    ctx.type = 'text/event-stream'
    ctx.flushHeaders()
    ctx.body = Readable.from(slowly(spec.events.map((event) => `data: ${event}\n\n`)))
  }
}

async function* slowly(chunks: readonly string[]) {
  for (const chunk of chunks) {
    await turn()
    yield chunk
  }
}

/** Parses a form into `request.body`, as Koa's body parsers do. */
const parseForm: Middleware = async (ctx, next) => {
  if (ctx.is('urlencoded'))
    Object.assign(ctx.request, { body: new URLSearchParams(await text(ctx.req)) })
  return next()
}

function guardOf(guard: GuardSpec) {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  if (guard.kind === 'bound') return requireBound(guard.options)
  return csrf(guard.options)
}

function appOf(app: Koa3, { mounts, routes, trustProxy, onError }: BindingApp): Koa3 {
  app.proxy = trustProxy
  app.silent = true
  app.on('error', (error) => onError?.(error))
  app.use(parseForm)
  for (const { manager, as, isPassive } of mounts)
    app.use(
      sessions(manager, {
        ...(as === undefined ? {} : { as }),
        ...(isPassive ? { passive: (ctx) => isPassive(ctx.path) } : {}),
      }),
    )
  for (const { path, guard } of routes)
    if (guard) {
      const handler = guardOf(guard)
      app.use((ctx, next) => (ctx.path === path ? handler(ctx as never, next) : next()))
    }
  return app.use(async (ctx) => {
    const route = routes.find(({ path }) => path === ctx.path)
    if (!route) return
    await route.handle(ctx as never)
    replaceSession(ctx, route.replace)
    respond(ctx as Context, route)
  })
}

describe.each([
  ['Koa 3', () => new Koa3()],
  ['Koa 2', () => new Koa2() as unknown as Koa3],
])('%s', (name, makeApp) => {
  const suite = bindingSuite({
    name,
    guards: true,
    forms: true,
    replace: true,
    delete: true,
    upgrades: true,
    passive: true,
    ip: true,
    serve: (app) => listen(http.createServer(appOf(makeApp(), app).callback()), app),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})
