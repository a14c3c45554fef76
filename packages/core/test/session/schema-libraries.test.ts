// The option `schema` with the real packages: one application, written in each of them.
import { createVisitor } from '@sojourn/conformance/testing'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { DataSchema } from '../../src/data/standard-schema.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { signedIn, testBackend, testManager, visit, withData } from '../support.ts'

const libraries: [string, DataSchema][] = [
  [
    'zod',
    z.object({
      cart: z.array(z.object({ sku: z.string(), n: z.number().int() })).default([]),
      theme: z.enum(['dark', 'light']).optional(),
      seenAt: z.date().optional(),
    }),
  ],
  [
    'valibot',
    v.object({
      cart: v.optional(
        v.array(v.object({ sku: v.string(), n: v.pipe(v.number(), v.integer()) })),
        [],
      ),
      theme: v.optional(v.picklist(['dark', 'light'])),
      seenAt: v.optional(v.date()),
    }),
  ],
  [
    'arktype',
    type({
      '+': 'delete',
      cart: type({ sku: 'string', n: 'number.integer' })
        .array()
        .default(() => []),
      'theme?': "'dark' | 'light'",
      'seenAt?': 'Date',
    }),
  ],
]

describe.each(libraries)('a schema of %s', (_, schema) => {
  /** A manager with the schema and one without, as another deployment, over one store. */
  function makeScene(options: Partial<SessionOptions> = {}) {
    const backend = testBackend()
    const secretKey = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
    const { manager } = testManager({ schema, secretKey, ...options }, backend)
    const plain = testManager({ secretKey }, backend).manager
    const events: object[] = []
    manager.on('invalidData', ({ why, paths }) => events.push({ why, paths }))
    const visitor = createVisitor(manager)
    return { manager, plain, events, visitor, ...backend }
  }

  const cart = [{ sku: 'tea', n: 2 }]

  test('gives a new visitor its defaults, without a session', async () => {
    const { visitor, calls } = makeScene()
    const { session, setCookies } = await visit(visitor, ({ data }) => {
      expect(data).toEqual({ cart: [] })
    })
    expect(session.isNew).toBe(true)
    expect(setCookies).toEqual([])
    expect(calls).toEqual([])
  })

  test('reads what was written, strips what it does not know, and keeps it in the store', async () => {
    const { visitor, plain, events } = makeScene()
    const seenAt = new Date(0)
    await visitor
      .at(plain)
      .request(({ data }) => void Object.assign(data, { cart, seenAt, other: 1 }))
    await visitor.request(({ data }) => {
      expect(data).toEqual({ cart, seenAt })
      data['theme'] = 'dark'
    })
    expect((await visitor.at(plain).read())?.data).toEqual({
      cart,
      seenAt,
      other: 1,
      theme: 'dark',
    })
    expect(events).toEqual([])
  })

  test('writes nothing for a request that only reads', async () => {
    const { visitor, plain, calls } = makeScene()
    await visitor.at(plain).request(({ data }) => void Object.assign(data, { other: 1 }))
    calls.length = 0
    await visitor.request(({ data }) => expect(data).toEqual({ cart: [] }))
    expect(calls).toEqual(['find'])
  })

  test('upgrades old data', async () => {
    const migrations = {
      1: ({ basket }: { basket?: string[] }) => ({ cart: basket?.map((sku) => ({ sku, n: 1 })) }),
    }
    const { visitor, plain } = makeScene({ version: 2, migrations })
    await visitor.at(plain).request(({ data }) => void Object.assign(data, { basket: ['tea'] }))
    await visitor.request(({ data }) => expect(data).toEqual({ cart: [{ sku: 'tea', n: 1 }] }))
  })

  test.each<[string, string, object | undefined]>([
    ['a wrong value', '{"cart":[{"sku":"tea","n":"2"}]}', { why: 'schema', paths: ['cart.0.n'] }],
    ['another kind', '{"cart":{"length":1}}', { why: 'schema', paths: ['cart'] }],
    ['a tagged value', '{"theme":{"$":"Map","v":[]}}', { why: 'schema', paths: ['theme'] }],
    [
      'keys of a prototype',
      '{"constructor":{"prototype":{"isAdmin":true}},"toString":1}',
      undefined,
    ],
    ['a prototype', '{"__proto__":{"isAdmin":true}}', undefined],
    ['a prototype further in', '{"cart":[{"sku":"tea","n":1,"__proto__":{"n":2}}]}', undefined],
  ])('is not misled by %s in the store', async (_, stored, event) => {
    const { manager, visitor, put, row } = await signedIn({ schema })
    const events: object[] = []
    manager.on('invalidData', ({ why, paths }) => events.push({ why, paths }))
    put({ value: withData(row, stored) })
    await visitor.request((session) => {
      const { data } = session
      expect(Object.keys(data)).toEqual(session.isNew ? ['cart'] : Object.keys(data))
      expect(data['isAdmin']).toBe(undefined)
      expect(Object(data['cart'])[0]?.n ?? 1).toBe(1)
      expect(Object.getPrototypeOf(data)).toBe(null)
      expect(Object({})['isAdmin']).toBe(undefined)
    })
    expect(events).toEqual(event ? [event] : [])
  })

  test('refuses in development to write what does not fit, by path and without the value', async () => {
    const { visitor } = makeScene()
    for (const value of ['a-card-number', 4111_1111_1111_1111.5, 'yes']) {
      const writing = visitor.request(
        ({ data }) => void Object.assign(data, { cart: [{ sku: 'tea', n: value }] }),
      )
      const error: Error = await writing.then(
        () => expect.fail('nothing was thrown'),
        (thrown) => thrown,
      )
      expect(error).toMatchObject({ code: 'ERR_SESSION_DATA_INVALID', name: 'SessionDataError' })
      expect(error.message).toContain('cart.0.n')
      expect(error.message).toMatch(/number|integer/i)
      expect(error.message).not.toContain(String(value))
    }
    expect(await visitor.read()).toBe(null)
  })

  test('keeps flash messages, and the data of a login', async () => {
    const { visitor } = makeScene()
    await visitor.request(async (session) => {
      session.data['cart'] = cart
      session.flash.add('info', 'Hello')
      await session.login('ann')
    })
    await visitor.request(async (session) => {
      expect(session.flash.take('info')).toEqual(['Hello'])
      expect(session.data).toEqual({ cart })
      await session.update((data) => void Object.assign(data, { theme: 'light' }))
      expect(session.data).toEqual({ cart, theme: 'light' })
    })
    expect((await visitor.read())?.data).toEqual({ cart, theme: 'light' })
  })
})
