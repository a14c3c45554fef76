import { describe, expect, test } from 'vitest'
import { isUnchanged, takeSnapshot } from '../../src/data/snapshot.ts'

interface Data {
  user: string
  n: number
  big: bigint
  none: null
  cart: { items: { sku: string; count: number }[]; note: string }
  more?: unknown
}

const data = (): Data => ({
  user: 'ann',
  n: 0,
  big: 1n,
  none: null,
  cart: {
    items: [
      { sku: 'tea', count: 1 },
      { sku: 'cake', count: 2 },
    ],
    note: '',
  },
})

/** Returns whether data counts as unchanged after a change. */
function unchangedAfter(change: (data: Data) => void): boolean {
  const live = data()
  const snapshot = takeSnapshot(live)
  if (!snapshot) throw new Error('No snapshot could be taken')
  change(live)
  return isUnchanged(snapshot)
}

const hide = (object: object, key: PropertyKey) =>
  Object.defineProperty(object, key, { value: 1, enumerable: false, configurable: true })

test('data that was only read, or changed and changed back, is unchanged', () => {
  expect(unchangedAfter((live) => JSON.stringify(live.cart.items.map(({ sku }) => sku)))).toBe(true)
  expect(
    unchangedAfter((live) => {
      live.n = 1
      live.n = 0
      live.cart.items.reverse().reverse()
    }),
  ).toBe(true)
})

describe('a change is seen:', () => {
  test.each<[string, (data: Data) => unknown]>([
    ['another value', (live) => (live.n = 1)],
    ['−0 in place of 0', (live) => (live.n = -0)],
    ['another BigInt', (live) => (live.big = 2n)],
    ['undefined', (live) => (live.none = undefined as never)],
    ['a new key', (live) => (live.more = 1)],
    ['a key that is gone', (live) => Reflect.deleteProperty(live, 'user')],
    ['a nested value', (live) => Object.assign(live.cart.items[1] ?? {}, { count: 3 })],
    ['an equal object in place of one', (live) => (live.cart = data().cart)],
    ['one more item', (live) => live.cart.items.push({ sku: 'jam', count: 1 })],
    ['one item less', (live) => live.cart.items.pop()],
    ['another order of items', (live) => live.cart.items.reverse()],
    [
      'another order of keys',
      (live) => {
        const { user } = live
        Reflect.deleteProperty(live, 'user')
        live.user = user
      },
    ],
    ['a cycle', (live) => (live.cart.note = live as never)],
  ])('%s', (_, change) => {
    expect(unchangedAfter(change)).toBe(false)
  })
})

describe('what no codec keeps is seen, so that the commit refuses it:', () => {
  test.each<[string, (data: Data) => unknown]>([
    ['a symbol', (live) => Reflect.set(live.cart, Symbol('s'), 1)],
    ['a property that is not enumerable', (live) => hide(live.cart, 'hidden')],
    ['one that has become so', (live) => hide(live.cart, 'note')],
    ['a named property of an array', (live) => Reflect.set(live.cart.items, 'total', 1)],
    ['a symbol of an array', (live) => Reflect.set(live.cart.items, Symbol('s'), 1)],
    ['a hidden property of an array', (live) => hide(live.cart.items, 'total')],
    ['a hole', (live) => Reflect.deleteProperty(live.cart.items, 0)],
    ['an instance of a class', (live) => Object.setPrototypeOf(live.cart, URL.prototype)],
    [
      'a subclass of Array',
      (live) => Object.setPrototypeOf(live.cart.items, class extends Array {}.prototype),
    ],
  ])('%s', (_, change) => {
    expect(unchangedAfter(change)).toBe(false)
  })
})

test('a Date is compared by its time, and is seen where it got properties or a class', () => {
  const taken = (change: (at: Date) => unknown) => {
    const live = { at: new Date(0), invalid: new Date(Number.NaN) }
    const snapshot = takeSnapshot(live)
    if (!snapshot) throw new Error('No snapshot could be taken')
    change(live.at)
    return isUnchanged(snapshot)
  }
  expect(taken((at) => at.toISOString())).toBe(true)
  expect(taken((at) => at.setTime(1))).toBe(false)
  expect(taken((at) => Object.assign(at, { zone: 'UTC' }))).toBe(false)
  expect(taken((at) => hide(at, 'zone'))).toBe(false)
  expect(taken((at) => Object.setPrototypeOf(at, class extends Date {}.prototype))).toBe(false)
})

test('a key with undefined is not one that is gone', () => {
  const live: { a?: undefined; b: number } = { a: undefined, b: 1 }
  const snapshot = takeSnapshot(live)
  if (!snapshot) throw new Error('No snapshot could be taken')
  expect(isUnchanged(snapshot)).toBe(true)
  delete live.a
  expect(isUnchanged(snapshot)).toBe(false)
})

test('no snapshot is taken of what can change inside', () => {
  for (const value of [new Map(), new Set(), new Uint8Array(1), [undefined], new URL('a:b')])
    expect(takeSnapshot({ value })).toBe(undefined)
  expect(takeSnapshot({ nested: [{ seen: new Set() }] })).toBe(undefined)
})

test('a key that is gone is missed also where Object.prototype has it, with the same value', () => {
  const live: { b: number; a?: number } = { b: 1, a: 1 }
  const snapshot = takeSnapshot(live)
  if (!snapshot) throw new Error('No snapshot could be taken')
  Object.assign(Object.prototype, { a: 1 }) // as an attack on another library of the process leaves it
  try {
    delete live.a
    expect(isUnchanged(snapshot)).toBe(false)
  } finally {
    Reflect.deleteProperty(Object.prototype, 'a')
  }
})
