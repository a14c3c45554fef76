import { randomBytes } from 'node:crypto'
import http from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import {
  type BindingApp,
  bindingSuite,
  type Guarding,
  listen,
  type Route,
  register,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireRecent, requireSession, sessions } from '@sojourn/koa'
import Koa3, { type Context, type Middleware } from 'koa'
import Koa2 from 'koa2'
import { describe, expect, test } from 'vitest'

const secret = randomBytes(32)

/** Answers as a Koa application would. */
function answer(ctx: Context, { answer: given }: Route): void {
  if (given.kind === 'error') throw given.error
  if (given.kind === 'json') ctx.body = given.body
  else if (given.kind === 'redirect') ctx.redirect(given.to)
  else if (given.kind === 'empty') ctx.status = given.status
  else if (given.kind === 'text') {
    for (const [name, value] of Object.entries(given.headers ?? {}))
      if (name === 'Set-Cookie') ctx.append(name, value)
      else ctx.set(name, value)
    ctx.body = given.body
  } else if (given.kind === 'stream') ctx.body = Readable.from(slowly(given.chunks))
  else {
    ctx.status = 200
    ctx.type = 'text/event-stream'
    ctx.flushHeaders()
    ctx.body = Readable.from(slowly(given.events.map((event) => `data: ${event}\n\n`)))
  }
}

async function* slowly(chunks: readonly string[]) {
  for (const chunk of chunks) {
    await turn()
    yield chunk
  }
}

/** Puts a form where Koa's parsers of bodies put it. */
const parseForm: Middleware = async (ctx, next) => {
  if (ctx.is('urlencoded'))
    Object.assign(ctx.request, { body: new URLSearchParams(await text(ctx.req)) })
  return next()
}

function guardOf(guard: Guarding) {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  return csrf(guard.options)
}

function appOf(app: Koa3, { mounts, routes, trustProxy, onError }: BindingApp): Koa3 {
  app.proxy = trustProxy
  app.silent = true
  app.on('error', (error) => onError?.(error))
  app.use(parseForm)
  for (const { manager, as } of mounts) app.use(sessions(manager, as === undefined ? {} : { as }))
  for (const { path, guard } of routes)
    if (guard) {
      const handler = guardOf(guard)
      app.use((ctx, next) => (ctx.path === path ? handler(ctx as never, next) : next()))
    }
  return app.use(async (ctx) => {
    const route = routes.find(({ path }) => path === ctx.path)
    if (!route) return
    await route.act(ctx as never)
    answer(ctx as Context, route)
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
    upgrades: true,
    serve: (app) => listen(http.createServer(appOf(makeApp(), app).callback()), app),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})
