import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Suite } from '@sojourn/conformance'
import {
  type BindingApp,
  bindingSuite,
  type GuardSpec,
  type Route,
  replacementOf,
  type Served,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireBound, requireRecent, requireSession, sessions } from '@sojourn/hono'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { stream, streamSSE } from 'hono/streaming'

/** A fetch handler, as the servers of runtimes take it. */
export type Fetch = (request: Request) => Response | Promise<Response>

/** Returns the binding suite on Hono. `makeApp` may create an older Hono; `upgrades`: whether `serve` accepts upgrades. */
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
    replace: true,
    passive: true,
    ip: true,
    upgrades,
    serve: async (app) => serve(appOf(makeApp(), app).fetch, app),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
}

function guardOf(guard: GuardSpec) {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  if (guard.kind === 'bound') return requireBound(guard.options)
  return csrf(guard.options)
}

function appOf(app: Hono, { mounts, routes, trustProxy, onError }: BindingApp): Hono {
  for (const { manager, as, isPassive } of mounts)
    app.use(
      sessions(manager, {
        trustProxy,
        ip: (c) => (trustProxy ? c.req.header('x-forwarded-for') : '127.0.0.1'),
        ...(as === undefined ? {} : { as }),
        ...(isPassive ? { passive: (c) => isPassive(c.req.path) } : {}),
      }),
    )
  for (const { path, guard } of routes) if (guard) app.use(path, guardOf(guard) as never)
  for (const route of routes)
    app.all(route.path, async (c) => {
      await route.handle(c.var as never)
      if (route.replace && route.replace !== 'delete')
        c.set('session' as never, replacementOf(route.replace) as never)
      return respond(c, route)
    })
  return app.onError((error, c) => {
    onError?.(error.cause ?? error)
    if ('getResponse' in error) return error.getResponse()
    return c.text('Internal Server Error', 500)
  })
}

/** Sends a response by the means of Hono. */
function respond(c: Context, { response: spec }: Route): Response {
  if (spec.kind === 'json') return c.json(spec.body)
  if (spec.kind === 'redirect') return c.redirect(spec.to)
  if (spec.kind === 'empty') return c.body(null, spec.status)
  if (spec.kind === 'error') throw new HTTPException(418 as never, { cause: spec.error })
  if (spec.kind === 'text') {
    for (const [name, value] of Object.entries(spec.headers ?? {})) c.header(name, value)
    return c.text(spec.body)
  }
  if (spec.kind === 'events')
    return streamSSE(c, async (events) => {
      for (const data of spec.events) {
        await events.writeSSE({ data })
        await turn()
      }
    })
  return stream(c, async (chunks) => {
    for (const chunk of spec.chunks) {
      await chunks.write(chunk)
      await turn()
    }
  })
}
