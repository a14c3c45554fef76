import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createJar } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type Session } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { sessions } from '@sojourn/express'
import cookieParser from 'cookie-parser'
import express from 'express'
import session, { MemoryStore, type Store } from 'express-session'
import createMemoryStore from 'memorystore'
import { expect, onTestFinished, test } from 'vitest'
import { expressSessionSource } from '../../src/express-session.ts'
import { migrateStore } from '../../src/index.ts'
import { secret, startOldApp } from './old-app.ts'

/** Serves an application with Sojourn, and returns a browser of it that has these cookies. */
async function openNewApp(store: Store, cookie: string | undefined) {
  const manager = createSessionManager(
    devConfig('a secret of the tests: 7f3b1c9e5d2a8460', {
      store: migrateStore({
        from: expressSessionSource({ store, secret, userId: ({ userId }) => userId }),
        to: keyedStore(referenceBackend()),
      }),
    }),
  )
  const app = express()
  app.use(sessions(manager))
  app.get('/', (request, response) => {
    const { userId = null, data } = sessionOf(request)
    response.json({ userId, data })
  })
  app.post('/logout', async (request, response) => {
    await sessionOf(request).destroy()
    response.json({})
  })
  const server = app.listen(0)
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const jar = createJar(cookie)
  return {
    jar,
    async call(path: string, method = 'GET') {
      const headers = jar.header === undefined ? {} : { cookie: jar.header }
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers })
      jar.take(response.headers.getSetCookie())
      return (await response.json()) as { userId: string | null; data: object }
    },
  }
}

/** The types of express-session declare the same property. */
function sessionOf(request: express.Request): Session {
  return request.session as unknown as Session
}

const MemoryStoreOfNpm = createMemoryStore(session)

test.each<[string, () => Store]>([
  ['MemoryStore', () => new MemoryStore()],
  ['memorystore', () => new MemoryStoreOfNpm({ checkPeriod: 0 })],
])('a user of an Express application with %s stays logged in in the new one', async (_t, make) => {
  const store = make()
  const old = (await startOldApp({ store, cookie: { maxAge: 60_000 } }))()
  await old.put({ userId: 'ann', cart: [1] })
  const ann = await openNewApp(store, old.cookie)
  const seen = { userId: 'ann', data: { userId: 'ann', cart: [1] } }
  expect(await ann.call('/')).toEqual(seen)
  expect(ann.jar.header).toMatch(/^sid=[^;]+$/)
  expect(await ann.call('/')).toEqual(seen)
  expect(await old.read()).toEqual({})
  await ann.call('/logout', 'POST')
  ann.jar.header = old.cookie
  expect(await ann.call('/')).toEqual({ userId: null, data: {} })
})

test('a cookie that cookie-parser has signed is read as express-session reads it', async () => {
  const store = new MemoryStore()
  const openOld = await startOldApp({ store }, (app) => {
    app.use(cookieParser(secret))
    app.post('/sign', (_request, response) => {
      response.cookie('connect.sid', 'chosen-by-the-application', { signed: true }).end()
    })
  })
  const old = openOld()
  await old.post('/sign')
  expect(old.cookie).toContain('chosen-by-the-application')
  const record = { cookie: { originalMaxAge: 60_000 }, userId: 'ann' }
  store.set('chosen-by-the-application', record as unknown as session.SessionData)
  expect(await old.read()).toEqual({ userId: 'ann' })
  const ann = await openNewApp(store, old.cookie)
  expect(await ann.call('/')).toMatchObject({ userId: 'ann' })
})
