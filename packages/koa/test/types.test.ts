// Compiled by `tsc -b`: an error that is expected and does not come is an error too.
import type { Session, SessionData } from '@sojourn/core'
import { sessions } from '@sojourn/koa'
import Koa, { type Context, type Middleware } from 'koa'
import { expect, expectTypeOf, test } from 'vitest'
import { makeManager } from './support.ts'

const right: Middleware = (ctx) => {
  ctx.session.data.n = 1
  const id: string = ctx.session.id
  ctx.body = [id, ctx.session.data.name?.length]
}

const wrong: Middleware = (ctx) => {
  // @ts-expect-error a key that nobody has declared
  ctx.session.data.unknown = 1
  // @ts-expect-error a string where a number was declared
  ctx.session.data.n = '1'
  // @ts-expect-error every key may be absent
  const length: number = ctx.session.data.name.length
  // @ts-expect-error an id is only read
  ctx.session.id = 'a.b'
  ctx.body = length
}

test('ctx.session and its data have the types that were declared', () => {
  expectTypeOf<Context['session']>().toEqualTypeOf<Session>()
  expectTypeOf<Context['session']['data']>().toEqualTypeOf<SessionData>()
  expect([right, wrong]).toHaveLength(2)
})

test('the middleware is what app.use takes, and its handlers need no type', () => {
  const { manager } = makeManager()
  expectTypeOf(sessions(manager)).toEqualTypeOf<Middleware>()
  const app = new Koa().use(sessions(manager)).use((ctx) => {
    expectTypeOf(ctx.session).toEqualTypeOf<Session>()
  })
  // @ts-expect-error the name of the session is a string
  expect(() => app.use(sessions(manager, { as: 7 }))).toThrow('as is 7')
})
