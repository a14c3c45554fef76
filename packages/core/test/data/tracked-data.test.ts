import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { type Codec, jsonCodec } from '../../src/data/codec.ts'
import { trackData } from '../../src/data/tracked-data.ts'
import { testManager } from '../support.ts'

const encode = (data: object) => jsonCodec.encode(data)

describe('after a merge the live object keeps its own order of keys, and', () => {
  function merged() {
    const base = encode({ x: 0 })
    const tracked = trackData(jsonCodec, base)
    Object.assign(tracked.value(), { b: 2 })
    const sent = tracked.bytes()
    tracked.rebase(encode({ x: 0, a: 1, b: 2 }), sent)
    return tracked
  }

  test('nothing counts as changed', () => {
    const tracked = merged()
    expect(tracked.value()).toEqual({ x: 0, a: 1, b: 2 })
    expect(tracked.bytes()).toEqual(tracked.base())
  })

  test.each<[string, (data: Record<string, unknown>) => void]>([
    [
      'a new key',
      (data) => {
        data['c'] = 3
      },
    ],
    [
      'another value',
      (data) => {
        data['a'] = 2
      },
    ],
    ['a key that is gone', (data) => void delete data['b']],
  ])('%s counts as changed', (_, change) => {
    const tracked = merged()
    change(tracked.value())
    expect(tracked.bytes()).toEqual(encode(tracked.value()))
    expect(tracked.bytes()).not.toEqual(tracked.base())
  })

  test('nothing counts as changed either after a save that wrote no data', () => {
    const tracked = merged()
    tracked.rebase(tracked.base(), tracked.bytes())
    expect(tracked.bytes()).toEqual(tracked.base())
  })

  test('a change that is taken back does not count', () => {
    const tracked = merged()
    tracked.value()['a'] = 2
    tracked.value()['a'] = 1
    expect(tracked.bytes()).toEqual(tracked.base())
  })
})

test('what the handler changes while its data is being written counts as changed', () => {
  const tracked = trackData(jsonCodec, encode({}))
  tracked.value()['a'] = 1
  const sent = tracked.bytes()
  tracked.value()['late'] = true
  tracked.rebase(encode({ theirs: 1, a: 1 }), sent)
  expect(tracked.value()).toEqual({ a: 1, late: true, theirs: 1 })
  expect(tracked.bytes()).not.toEqual(tracked.base())
})

test('what the handler changes while its data is being written stays in its own objects', () => {
  const tracked = trackData(jsonCodec, encode({}))
  const cart = { items: ['tea'] }
  tracked.value()['cart'] = cart
  const sent = tracked.bytes()
  cart.items.push('cake')
  tracked.rebase(sent, sent)
  cart.items.push('jam')
  expect(tracked.value()['cart']).toBe(cart)
  expect(tracked.bytes()).toEqual(encode({ cart: { items: ['tea', 'cake', 'jam'] } }))
})

describe('data is encoded', () => {
  /** Tracks data with a codec that counts what it encodes. */
  function counted(data: object) {
    const counts = { encoded: 0 }
    const codec: Codec = {
      ...jsonCodec,
      encode(value) {
        counts.encoded++
        return jsonCodec.encode(value)
      },
    }
    return { tracked: trackData(codec, encode(data)), counts }
  }

  test('not at all where it is only read', () => {
    const { tracked, counts } = counted({ cart: [{ n: 1 }], at: new Date(0), none: undefined })
    JSON.stringify(tracked.value())
    expect(tracked.bytes()).toBe(tracked.base())
    expect(counts.encoded).toBe(0)
  })

  test('once for a write, until it is changed again', () => {
    const { tracked, counts } = counted({ cart: [{ n: 1 }] })
    const cart = tracked.value()['cart'] as { n: number }[]
    cart.push({ n: 2 })
    const sent = tracked.bytes()
    tracked.rebase(sent, sent)
    expect(tracked.bytes()).toBe(tracked.base())
    expect(counts.encoded).toBe(1)
    cart.push({ n: 3 })
    expect(tracked.bytes()).toEqual(encode({ cart: [{ n: 1 }, { n: 2 }, { n: 3 }] }))
    expect(counts.encoded).toBe(2)
  })

  test('each time where a value may have changed inside', () => {
    const { tracked, counts } = counted({ seen: new Set() })
    const seen = tracked.value()['seen'] as Set<number>
    expect(tracked.bytes()).toBe(tracked.base())
    seen.add(1)
    expect(tracked.bytes()).toEqual(encode({ seen: new Set([1]) }))
    expect(counts.encoded).toBe(2)
  })

  test('not at all where nobody has asked for it, whatever was saved', () => {
    const { tracked, counts } = counted({ n: 0 })
    tracked.rebase(encode({ n: 1 }), tracked.bytes())
    expect(tracked.bytes()).toEqual(encode({ n: 1 }))
    expect(tracked.value()).toEqual({ n: 1 })
    expect(tracked.bytes()).toBe(tracked.base())
    expect(counts.encoded).toBe(0)
  })
})

describe('data', () => {
  test('set as something else than a plain object is refused', async () => {
    const { manager } = testManager()
    for (const wrong of [null, 1, 'x', [], new Map(), new Date()])
      await createVisitor(manager).request((session) => {
        expect(() => {
          session.data = wrong as never
        }).toThrow(/must be a plain object/)
      })
  })

  test('an object given as session.data is not shared with other requests', async () => {
    const { manager } = testManager()
    const empty = Object.freeze({})
    const ann = createVisitor(manager)
    await ann.request((session) => session.login('ann'))
    const slow = await ann.begin()
    slow.session.data = empty
    await ann.request((other) => {
      other.data['card'] = '4111'
    })
    await slow.finish()
    expect(empty).toEqual({})
    await ann.request((after) => expect(after.data).toEqual({ card: '4111' }))
  })
})

test('an object that the handler has kept stays a part of the data unless something else changed it', async () => {
  const { manager } = testManager()
  const visitor = createVisitor(manager)
  await visitor.request((session) => {
    Object.assign(session.data, { n: 0, cart: { items: [1] }, other: { items: [1] } })
    session.data['kinds'] = {
      map: new Map([['a', [1]]]),
      set: new Set([1]),
      bytes: Uint8Array.of(1),
    }
  })
  await visitor.request(async (session) => {
    const { cart, other } = session.data as Record<string, { items: number[] }>
    const kinds = session.data['kinds'] as {
      map: Map<string, number[]>
      set: Set<number>
      bytes: Uint8Array
    }
    await session.update((data) => {
      data['n'] = 1
      data['other'] = { items: [2] }
    })
    cart?.items.push(3)
    kinds.map.set('b', [2])
    kinds.set.add(2)
    kinds.bytes[0] = 2
    other?.items.push(3) // no longer a part of the data
  })
  await visitor.request((session) =>
    expect(session.data).toEqual({
      n: 1,
      cart: { items: [1, 3] },
      other: { items: [2] },
      kinds: {
        map: new Map([
          ['a', [1]],
          ['b', [2]],
        ]),
        set: new Set([1, 2]),
        bytes: Uint8Array.of(2),
      },
    }),
  )
})
