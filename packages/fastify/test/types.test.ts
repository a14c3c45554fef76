// Compiled by `tsc -b`: an error that is expected and does not come is an error too.
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type Session, type SessionData } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import fastify, { type FastifyRequest, type RouteHandlerMethod } from 'fastify'
import { expect, expectTypeOf, test } from 'vitest'
import { sessions } from '../src/index.ts'
import { closing, makeManager, secret } from './support.ts'

interface AdminData {
  rights?: string[]
}

declare module 'fastify' {
  interface FastifyRequest {
    adminSession: Session<AdminData>
  }
}

const right: RouteHandlerMethod = async ({ session, adminSession }) => {
  session.data.n = 1
  adminSession.data.rights = ['all']
  const id: string = session.id
  return [id, session.data.name?.length]
}

const wrong: RouteHandlerMethod = async ({ session, adminSession }) => {
  // @ts-expect-error a key that nobody has declared
  session.data.unknown = 1
  // @ts-expect-error a string where a number was declared
  session.data.n = '1'
  // @ts-expect-error a key of the other session
  session.data.rights = []
  // @ts-expect-error a key of the other session
  adminSession.data.n = 1
  // @ts-expect-error every key may be absent
  const length: number = session.data.name.length
  // @ts-expect-error an id is only read
  session.id = 'a.b'
  return length
}

test('request.session and its data have the types that were declared', () => {
  expectTypeOf<FastifyRequest['session']>().toEqualTypeOf<Session>()
  expectTypeOf<FastifyRequest['session']['data']>().toEqualTypeOf<SessionData>()
  expectTypeOf<FastifyRequest['adminSession']['data']>().toEqualTypeOf<AdminData>()
  expect([right, wrong]).toHaveLength(2)
})

test('a registration is what app.register takes, whatever the data and whatever the server', async () => {
  const { manager } = makeManager()
  const store = keyedStore(referenceBackend())
  const admin = createSessionManager<AdminData>(devConfig(secret, { store, cookieName: 'admin' }))
  const over1 = closing(fastify())
  await over1.register(sessions(manager)).register(sessions(admin, { as: 'adminSession' }))
  const over2 = closing(fastify({ http2: true }))
  await over2.register(sessions(manager))
  // @ts-expect-error a manager is given, not its options
  expect(() => sessions({ store: 1 })).toThrow('options in place of a manager')
  // @ts-expect-error the name of the session is a string
  expect(() => sessions(manager, { as: 7 })).toThrow('as is 7')
})
