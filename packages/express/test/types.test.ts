// Compiled by `tsc -b`: an error that is expected and does not come is an error too.
import type { Session, SessionData } from '@sojourn/core'
import type { Request, RequestHandler } from 'express'
import type { RequestHandler as RequestHandler4 } from 'express4'
import { expect, expectTypeOf, test } from 'vitest'
import { sessions } from '../src/index.ts'
import { stage } from './support.ts'

const right: RequestHandler = (req, res) => {
  req.session.data.n = 1
  req.session.data.keys = { a: 1 }
  const id: string = req.session.id
  res.json([id, req.session.data.name?.length])
}

const wrong: RequestHandler = (req) => {
  // @ts-expect-error a key that nobody has declared
  req.session.data.unknown = 1
  // @ts-expect-error a string where a number was declared
  req.session.data.n = '1'
  // @ts-expect-error every key may be absent
  const length: number = req.session.data.name.length
  // @ts-expect-error an id is only read
  req.session.id = 'a.b'
  return length
}

const wrongOn4: RequestHandler4 = (req) => {
  req.session.data.n = 1
  // @ts-expect-error a key that nobody has declared
  req.session.data.unknown = 1
}

test('req.session and its data have the types that were declared, on Express 5 and 4', () => {
  expectTypeOf<Request['session']>().toEqualTypeOf<Session>()
  expectTypeOf<Request['session']['data']>().toEqualTypeOf<SessionData>()
  expectTypeOf<SessionData['n']>().toEqualTypeOf<number | undefined>()
  expect([right, wrong, wrongOn4]).toHaveLength(3)
})

test('a handler is what app.use takes, whatever the type of the data', async () => {
  const { manager } = await stage(() => undefined)
  expectTypeOf(sessions(manager)).toEqualTypeOf<RequestHandler>()
  // @ts-expect-error the name of the session is a string
  expect(sessions(manager, { as: 7 })).toHaveLength(3)
})
