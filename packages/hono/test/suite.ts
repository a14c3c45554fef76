import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Suite } from '@sojourn/conformance'
import {
  type BindingApp,
  bindingSuite,
  type Guarding,
  type Route,
  type Served,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireRecent, requireSession, sessions } from '@sojourn/hono'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { stream, streamSSE } from 'hono/streaming'

/** What answers a request, and what a runtime's own server takes. */
export type Fetch = (request: Request) => Response | Promise<Response>

/** The binding suite on Hono, served by `serve`. `makeApp` may bring an older Hono; `upgrades` says what `serve` answers. */
export function honoSuite(
  name: string,
  serve: (fetch: Fetch, app: BindingApp) => Served | Promise<Served>,
  { makeApp = () => new Hono(), upgrades = false } = {},
): Suite {
  const secret = randomBytes(32)
  return bindingSuite({
    name,
    guards: true,
    forms: true,
    upgrades,
    serve: async (app) => serve(appOf(makeApp(), app).fetch, app),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
}

function guardOf(guard: Guarding) {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  return csrf(guard.options)
}

function appOf(app: Hono, { mounts, routes, trustProxy, onError }: BindingApp): Hono {
  for (const { manager, as } of mounts)
    app.use(sessions(manager, { trustProxy, ...(as === undefined ? {} : { as }) }))
  for (const { path, guard } of routes) if (guard) app.use(path, guardOf(guard) as never)
  for (const route of routes)
    app.all(route.path, async (c) => {
      await route.act(c.var as never)
      return answer(c, route)
    })
  return app.onError((error, c) => {
    onError?.(error.cause ?? error)
    if ('getResponse' in error) return error.getResponse()
    return c.text('Internal Server Error', 500)
  })
}

/** Answers as a Hono application would. */
function answer(c: Context, { answer: given }: Route): Response {
  if (given.kind === 'json') return c.json(given.body)
  if (given.kind === 'redirect') return c.redirect(given.to)
  if (given.kind === 'empty') return c.body(null, given.status)
  if (given.kind === 'error') throw new HTTPException(418 as never, { cause: given.error })
  if (given.kind === 'text') {
    for (const [name, value] of Object.entries(given.headers ?? {})) c.header(name, value)
    return c.text(given.body)
  }
  if (given.kind === 'events')
    return streamSSE(c, async (events) => {
      for (const data of given.events) {
        await events.writeSSE({ data })
        await turn()
      }
    })
  return stream(c, async (chunks) => {
    for (const chunk of given.chunks) {
      await chunks.write(chunk)
      await turn()
    }
  })
}
