import { createVisitor } from '@sojourn/conformance/testing'
import { assert, describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { decodeData } from '../../src/data/decode.ts'
import { removePrototypes } from '../../src/data/prototypes.ts'
import { testManager } from '../support.ts'

const attack = JSON.parse(
  '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}',
)

/** Merges as many applications and libraries do, and as none should. */
function mergeDeep(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    const old = target[key]
    if (typeof old === 'object' || typeof old === 'function')
      mergeDeep(old as never, value as never)
    else target[key] = value
  }
}

/** Data with an object at every kind of place. */
const data = () => ({
  profile: { name: 'Ann', address: { town: 'Ulm' } },
  items: [{ sku: 'tea' }, [{ sku: 'cake' }]],
  map: new Map([[{ key: 1 }, { value: 1 }]]),
  set: new Set([{ member: 1 }]),
  at: new Date(0),
  bytes: new Uint8Array([1]),
})

/** Returns all plain objects in a value. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null || value instanceof Date) return []
  if (ArrayBuffer.isView(value)) return []
  if (value instanceof Map) return [...value].flatMap(objectsIn)
  if (value instanceof Set || Array.isArray(value)) return [...value].flatMap(objectsIn)
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

function expectNoPrototypes(value: object, count: number): void {
  const objects = objectsIn(value)
  expect(objects.length).toBe(count)
  for (const object of objects) {
    expect(Object.getPrototypeOf(object)).toBe(null)
    expect(Object.keys(object)).not.toContain('isAdmin')
    expect(Reflect.get(object, 'isAdmin')).toBe(undefined)
  }
}

describe('decoded data has no prototype', () => {
  test('at any depth, in lists, maps and sets', () => {
    const decoded = decodeData(jsonCodec, jsonCodec.encode(data()))
    expectNoPrototypes(decoded, 8)
    expect(decoded).toEqual(data())
    expect(decoded['at']).toBeInstanceOf(Date)
  })

  test('and is encoded to the same bytes', () => {
    const bytes = jsonCodec.encode(data())
    expect(jsonCodec.encode(decodeData(jsonCodec, bytes))).toEqual(bytes)
  })

  test('unless a codec returns frozen objects, whose prototype nobody can change', () => {
    const frozen = Object.freeze({ inner: {} })
    expectNoPrototypes(removePrototypes({ frozen }).frozen.inner, 1)
    expect(() => Object.setPrototypeOf(frozen, {})).toThrow(TypeError)
  })
})

describe('what a client sends reaches no prototype', () => {
  test.each<[string, (target: Record<string, unknown>) => unknown]>([
    ['Object.assign', (target) => Object.assign(target, attack)],
    ['a deep merge', (target) => mergeDeep(target, attack)],
    ['a key by its name', (target) => Object.assign(target, { ['__proto__']: attack })],
  ])('by %s, in a new session and in a stored one, at any depth', async (_name, merge) => {
    const { manager } = testManager()
    const ann = createVisitor<Record<string, unknown>>(manager)
    const merging = ann.request((session) => {
      merge(session.data)
      expect(session.data['isAdmin']).toBe(undefined)
    })
    await expect(merging).rejects.toMatchObject({
      code: 'ERR_SESSION_NOT_ENCODABLE',
      message: expect.stringContaining('data.__proto__ is a key named'),
    })
    await ann.request((session) => {
      session.data = data()
    })
    await expect(
      ann.request((session) => {
        const objects = objectsIn(session.data)
        for (const object of objects) merge(object as Record<string, unknown>)
        for (const object of objects) expect(Reflect.get(object, 'isAdmin')).toBe(undefined)
      }),
    ).rejects.toMatchObject({ code: 'ERR_SESSION_NOT_ENCODABLE' })
    expect(Reflect.get({}, 'isAdmin')).toBe(undefined)
    expect((await ann.read())?.data).toEqual(data())
  })

  test('nor do keys like constructor and prototype, which are kept', async () => {
    const ann = createVisitor<Record<string, unknown>>(testManager().manager)
    const keys = { constructor: { prototype: { isAdmin: true } }, prototype: 1, toString: 'x' }
    await ann.request((session) => mergeDeep(session.data, keys))
    expect(Reflect.get({}, 'isAdmin')).toBe(undefined)
    expect((await ann.read())?.data).toEqual(keys)
  })
})

describe('the data of a request has no prototype', () => {
  test('in a new session, after an assignment, an update, a login and in flash messages', async () => {
    const { manager } = testManager()
    const ann = createVisitor<Record<string, unknown>>(manager)
    await ann.request(async (session) => {
      expectNoPrototypes(session.data, 1)
      session.data = { cart: {} }
      expect(Object.getPrototypeOf(session.data)).toBe(null)
      session.flash.add('info', { text: 'saved' })
    })
    await ann.request(async (session) => {
      await session.update((data) => expectNoPrototypes(data, 3))
      await session.login('user-1')
      expectNoPrototypes(session.data, 3)
      const [message] = session.flash.take<object>('info')
      assert(message)
      expectNoPrototypes(message, 1)
      await session.destroy()
      expectNoPrototypes(session.data, 1)
    })
  })

  test('after a login that carries a key, without the handler having looked before', async () => {
    const ann = createVisitor<Record<string, unknown>>(testManager().manager)
    await ann.request(({ data }) => void Object.assign(data, { cart: { tea: 1 }, theme: {} }))
    await ann.request(async (session) => {
      await session.login('user-1', { carry: ['cart'] })
      expectNoPrototypes(session.data, 2)
    })
  })

  test('after a merge, and in what the option merge gets', async () => {
    const seen: unknown[] = []
    const { manager } = testManager({
      merge(_key, { mine, ...others }) {
        seen.push(mine, ...Object.values(others))
        return mine
      },
    })
    const ann = createVisitor<Record<string, unknown>>(manager)
    await ann.request(({ data }) => void Object.assign(data, { cart: { n: 0 } }))
    const slow = await ann.begin()
    slow.session.data['cart'] = { n: 1 }
    await ann.request(({ data }) => void Object.assign(data, { cart: { n: 2 }, other: {} }))
    await slow.finish()
    expect(seen.length).toBe(3)
    for (const value of seen) expectNoPrototypes(value as object, 1)
    expectNoPrototypes(slow.session.data, 3)
  })
})
