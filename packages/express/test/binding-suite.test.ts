import { randomBytes } from 'node:crypto'
import http from 'node:http'
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
import { csrf, requireRecent, requireSession, sessions } from '@sojourn/express'
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

/** Answers as an Express application would. */
async function answer(res: Response, { answer: given }: Route): Promise<void> {
  if (given.kind === 'json') res.json(given.body)
  else if (given.kind === 'redirect') res.redirect(given.to)
  else if (given.kind === 'empty') res.status(given.status).end()
  else if (given.kind === 'error') throw given.error
  else if (given.kind === 'text') {
    for (const [name, value] of Object.entries(given.headers ?? {}))
      if (name === 'Set-Cookie') res.append(name, value)
      else res.set(name, value)
    res.send(given.body)
  } else if (given.kind === 'stream') {
    for (const chunk of given.chunks) {
      res.write(chunk)
      await turn()
    }
    res.end()
  } else {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
    for (const event of given.events) {
      await turn()
      res.write(`data: ${event}\n\n`)
    }
    res.end()
  }
}

function guardOf(guard: Guarding): RequestHandler {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  return csrf(guard.options)
}

async function serve(app: Express, { mounts, routes, trustProxy, onError }: BindingApp) {
  app.set('env', 'test').set('trust proxy', trustProxy)
  app.use(urlencoded({ extended: false }))
  for (const { manager, as } of mounts) app.use(sessions(manager, as === undefined ? {} : { as }))
  for (const route of routes)
    app.all(route.path, ...(route.guard ? [guardOf(route.guard)] : []), (req, res, next) => {
      const { session } = req
      const adminSession = Reflect.get(req, 'adminSession') as typeof session
      Promise.resolve(route.act({ session, adminSession } as never))
        .then(() => answer(res, route))
        .catch(next)
    })
  const tell: ErrorRequestHandler = (error, _req, _res, next) => {
    onError?.(error)
    next(error)
  }
  app.use(tell)
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
    upgrades: true,
    serve: (app) => serve(makeApp(), app),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})
