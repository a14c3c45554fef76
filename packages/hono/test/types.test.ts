// Compiled by `tsc -b`: an error that is expected and does not come is an error too.
import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type Session, type SessionData } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { type SessionEnv, sessions } from '@sojourn/hono'
import { Hono, type MiddlewareHandler } from 'hono'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { makeManager, type TestData } from './support.ts'

const { manager } = makeManager()

test('a chain infers the type of the data from the manager', () => {
  const app = new Hono()
    .use(sessions(manager))
    .use(sessions(manager, { as: 'again' }))
    .get('/', (c) => {
      expectTypeOf(c.get('session')).toEqualTypeOf<Session<TestData>>()
      expectTypeOf(c.var.again).toEqualTypeOf<Session<TestData>>()
      const { data } = c.get('session')
      data.n = 1
      // @ts-expect-error a key that nobody has declared
      data.unknown = 1
      // @ts-expect-error a string where a number was declared
      data.n = '1'
      // @ts-expect-error every key may be absent
      const length: number = data.name.length
      // @ts-expect-error nothing is mounted by this name
      c.get('admin')
      return c.json(length)
    })
  expect(app.routes).toHaveLength(3)
})

test('SessionEnv says it where there is no chain; without a type parameter it is SessionData', () => {
  expectTypeOf<SessionEnv<TestData>['Variables']['session']>().toEqualTypeOf<Session<TestData>>()
  expectTypeOf<SessionEnv['Variables']['session']>().toEqualTypeOf<Session<SessionData>>()
  const app = new Hono<SessionEnv>()
  app.get('/', (c) => {
    // @ts-expect-error a key that nobody has declared, for the type parameter is missing
    return c.json(c.get('session').data.n)
  })
  expect(app.routes).toHaveLength(1)
})

test('a chain infers the type of the data from the schema of the manager', () => {
  const schema = z.object({ cart: z.array(z.string()).default([]), name: z.string().optional() })
  const store = keyedStore(referenceBackend())
  const typed = createSessionManager(devConfig(randomBytes(32), { store, schema }))
  const app = new Hono().use(sessions(typed)).get('/', (c) => {
    const { data } = c.get('session')
    data.cart.push('tea')
    // @ts-expect-error a key that the schema does not have
    data.unknown = 1
    // @ts-expect-error this key may be absent
    return c.json(data.name.length)
  })
  expect(app.routes).toHaveLength(2)
})

test('the middleware is what app.use takes', () => {
  expectTypeOf(sessions(manager)).toEqualTypeOf<MiddlewareHandler<SessionEnv<TestData>>>()
  // @ts-expect-error the name of the session is a string
  expect(() => sessions(manager, { as: 7 })).toThrow('as is 7')
})
