// Compiled by `tsc -b`: an error that is expected and does not come is an error too.
import { randomBytes } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { Socket } from 'node:net'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type Session, type SessionData } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { expect, expectTypeOf, test } from 'vitest'
import {
  csrf,
  type Handler,
  mountSession,
  requireRecent,
  requireSession,
  sessionOf,
  sessions,
} from '../src/index.ts'

interface ShopData {
  cart?: string[]
}

const options = devConfig(randomBytes(32), {
  store: keyedStore(referenceBackend()),
  warn: () => undefined,
})

function exchange() {
  const request = new IncomingMessage(new Socket())
  return { request, response: new ServerResponse(request), fail: () => undefined }
}

test('the data of a mounted session is that of its manager, with no cast and no declaration', async () => {
  const manager = createSessionManager<ShopData>(options)
  const mounting = exchange()
  const { session } = await mountSession(manager, mounting)
  expectTypeOf(session).toEqualTypeOf<Session<ShopData>>()
  session.data.cart = ['tea']
  const wrong = () => {
    // @ts-expect-error a key that nobody has declared
    session.data.unknown = 1
    // @ts-expect-error a string where a list was declared
    session.data.cart = 'tea'
    // @ts-expect-error every key may be absent
    return session.data.cart.length
  }
  const found = sessionOf(manager, mounting.request)
  expectTypeOf(found).toEqualTypeOf<Session<ShopData> | undefined>()
  expect([found, wrong.length]).toEqual([session, 0])
})

test('a manager of no type parameter has the data that the application declares for all', async () => {
  const { session } = await mountSession(createSessionManager(options), exchange())
  expectTypeOf(session).toEqualTypeOf<Session<SessionData>>()
  const wrong = () => {
    // @ts-expect-error nobody has declared a cart here
    session.data.cart = ['tea']
  }
  expect(wrong).toHaveLength(0)
})

test('sessions and guards are handlers of HTTP/1 and of HTTP/2', () => {
  const manager = createSessionManager<ShopData>(options)
  const one: readonly Handler<IncomingMessage, ServerResponse>[] = [
    sessions(manager),
    requireSession(),
    requireRecent('10m', { redirectTo: ({ url }) => `/login?from=${url}` }),
    csrf(),
  ]
  const two: readonly Handler<Http2ServerRequest, Http2ServerResponse>[] = [
    sessions(manager),
    requireSession(),
    requireRecent('10m'),
    csrf({ token: true }),
  ]
  expect([one, two].map(({ length }) => length)).toEqual([4, 4])
})

test('options that are none do not compile', () => {
  const wrong = [
    // @ts-expect-error the name of the session is a string
    () => sessions(createSessionManager(options), { as: 7 }),
    // @ts-expect-error a redirect leads to a path
    () => requireSession({ redirectTo: 7 }),
    // @ts-expect-error a duration has a unit, or is a number of ms
    () => requireRecent('soon'),
    // @ts-expect-error a guard of recent logins has a duration
    () => requireRecent(),
    // @ts-expect-error origins are a list
    () => csrf({ trustedOrigins: 'https://app.example.com' }),
  ]
  expect(wrong).toHaveLength(5)
})
