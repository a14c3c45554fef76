// Compiled by `tsc -b`: an error that is expected and does not come is an error too.
import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import {
  createSessionManager,
  type DataOf,
  devConfig,
  type Session,
  type SessionData,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import type { Request, RequestHandler } from 'express'
import type { RequestHandler as RequestHandler4 } from 'express4'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { csrf, requireRecent, requireSession, sessions } from '../src/index.ts'
import { stage } from './support.ts'

interface StaffData {
  rights?: string[]
}

const schema = z.object({ items: z.array(z.string()).default([]) })
interface ShopData extends DataOf<typeof schema> {}

declare global {
  namespace Express {
    interface Request {
      staffSession: Session<StaffData>
      shopSession: Session<ShopData>
    }
  }
}

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
  expect(() => sessions(manager, { as: 7 })).toThrow('as is 7')
})

test('a session of a second manager has the data of its own type parameter', () => {
  const store = keyedStore(referenceBackend())
  const staff = createSessionManager<StaffData>(
    devConfig(randomBytes(32), { store, cookieName: 'staff' }),
  )
  const grant: RequestHandler = ({ session, staffSession }) => {
    staffSession.data.rights = ['all']
    // @ts-expect-error a string where a list was declared
    staffSession.data.rights = 'all'
    // @ts-expect-error a key of the other session
    staffSession.data.n = 1
    // @ts-expect-error a key of the other session
    session.data.rights = []
  }
  const untyped = createSessionManager(devConfig(randomBytes(32), { store }))
  // @ts-expect-error without a type parameter a session has the data that is declared for all
  const wrong: typeof staff = untyped
  expectTypeOf(sessions(staff, { as: 'staffSession' })).toEqualTypeOf<RequestHandler>()
  expect([grant, wrong]).toHaveLength(2)
})

test('a schema gives a request the type of its data, by one declaration', () => {
  const store = keyedStore(referenceBackend())
  const shop = createSessionManager(devConfig(randomBytes(32), { store, schema }))
  const buy: RequestHandler = ({ shopSession }) => {
    shopSession.data.items.push('tea')
    // @ts-expect-error a key that the schema does not have
    shopSession.data.unknown = 1
  }
  expectTypeOf(shop.load).returns.resolves.toEqualTypeOf<Session<DataOf<typeof schema>>>()
  expectTypeOf(sessions(shop, { as: 'shopSession' })).toEqualTypeOf<RequestHandler>()
  expect(buy).toBeTypeOf('function')
})

test('guards are what app.use takes, and know the request of Express', () => {
  const redirectTo = ({ originalUrl }: Request) => `/login?from=${originalUrl}`
  expectTypeOf(requireSession({ redirectTo })).toEqualTypeOf<RequestHandler>()
  expectTypeOf(requireRecent('10m', { redirectTo })).toEqualTypeOf<RequestHandler>()
  expectTypeOf(csrf({ token: true })).toEqualTypeOf<RequestHandler>()
  const wrong = [
    // @ts-expect-error a redirect leads to a path
    () => requireSession({ redirectTo: 7 }),
    // @ts-expect-error a duration has a unit, or is a number of ms
    () => requireRecent('soon'),
    // @ts-expect-error origins are a list
    () => csrf({ trustedOrigins: 'https://app.example.com' }),
  ]
  expect(wrong).toHaveLength(3)
})
