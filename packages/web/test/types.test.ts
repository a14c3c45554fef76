// Compiled by `tsc -b`: an error that is expected and does not come is an error too.
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type Session, type SessionData } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { expect, expectTypeOf, test } from 'vitest'
import { sessions } from '../src/index.ts'

interface ShopData {
  cart?: string[]
}

const options = devConfig('kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE', {
  store: keyedStore(referenceBackend()),
  warn: () => undefined,
})

test('the data of the session is that of the manager, with no cast and no declaration', async () => {
  const withSession = sessions(createSessionManager<ShopData>(options))
  const answer = await withSession(new Request('http://localhost'), (session) => {
    expectTypeOf(session).toEqualTypeOf<Session<ShopData>>()
    session.data.cart = ['tea']
    // @ts-expect-error a key that nobody has declared
    session.data.unknown = 1
    // @ts-expect-error a string where a list was declared
    session.data.cart = 'tea'
    session.data = {}
    return new Response(session.id)
  })
  expect(answer.status).toBe(200)
})

test('a manager of no type parameter has the data that the application declares for all', () => {
  const withSession = sessions(createSessionManager(options))
  expectTypeOf<Parameters<Parameters<typeof withSession>[1]>[0]>().toEqualTypeOf<
    Session<SessionData>
  >()
  const wrong = (request: Request) =>
    withSession(request, (session) => {
      // @ts-expect-error nobody has declared a cart here
      session.data.cart = ['tea']
      return new Response()
    })
  // @ts-expect-error a handler answers a Response
  const none = (request: Request) => withSession(request, () => undefined)
  expect([wrong, none]).toHaveLength(2)
})
