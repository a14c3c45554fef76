import { randomBytes } from 'node:crypto'
import http from 'node:http'
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
import { csrf, requireBound, requireRecent, requireSession, sessions } from '@sojourn/express'
import express5, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
  type Response,
  urlencoded,
} from 'express'
import express4 from 'express4'
import { describe, expect, test } from 'vitest'

const secret = randomBytes(32)

/** Sends a response by the means of Express. */
async function respond(res: Response, { response: spec }: Route): Promise<void> {
  if (spec.kind === 'json') res.json(spec.body)
  else if (spec.kind === 'redirect') res.redirect(spec.to)
  else if (spec.kind === 'empty') res.status(spec.status).end()
  else if (spec.kind === 'error') throw spec.error
  else if (spec.kind === 'text') {
    for (const [name, value] of Object.entries(spec.headers ?? {}))
      if (name === 'Set-Cookie') res.append(name, value)
      else res.set(name, value)
    res.send(spec.body)
  } else if (spec.kind === 'stream') {
    for (const chunk of spec.chunks) {
      res.write(chunk)
      await turn()
    }
    res.end()
  } else {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
    for (const event of spec.events) {
      await turn()
      res.write(`data: ${event}\n\n`)
    }
    res.end()
  }
}

function guardOf(guard: GuardSpec): RequestHandler {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  if (guard.kind === 'bound') return requireBound(guard.options)
  return csrf(guard.options)
}

async function serve(app: Express, { mounts, routes, trustProxy, onError }: BindingApp) {
  app.set('env', 'test').set('trust proxy', trustProxy)
  app.use(urlencoded({ extended: false }))
  for (const { manager, as, isPassive } of mounts)
    app.use(
      sessions(manager, {
        ...(as === undefined ? {} : { as }),
        ...(isPassive ? { passive: (req) => isPassive(req.path) } : {}),
      }),
    )
  for (const route of routes)
    app.all(route.path, ...(route.guard ? [guardOf(route.guard)] : []), (req, res, next) => {
      const { session } = req
      const adminSession = Reflect.get(req, 'adminSession') as typeof session
      Promise.resolve(route.handle({ session, adminSession } as never))
        .then(() => replaceSession(req, route.replace))
        .then(() => respond(res, route))
        .catch(next)
    })
  const reportError: ErrorRequestHandler = (error, _req, _res, next) => {
    onError?.(error)
    next(error)
  }
  app.use(reportError)
  return listen(http.createServer(app), { mounts })
}

describe.each([
  ['Express 5', () => express5()],
  ['Express 4', () => express4() as unknown as Express],
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
    serve: (app) => serve(makeApp(), app),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})
