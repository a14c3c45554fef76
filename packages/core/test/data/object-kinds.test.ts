import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { trackData } from '../../src/data/tracked-data.ts'

const roundTrip = (value: unknown) => jsonCodec.decode(jsonCodec.encode({ value }))
const foreign = (code: string): unknown => runInNewContext(code)

describe('a value of another realm is kept as one of this:', () => {
  test.each<[string, unknown]>([
    ['({ a: 1, b: [{ c: 2 }] })', { a: 1, b: [{ c: 2 }] }],
    ['[1, [2]]', [1, [2]]],
    ['new Date(5)', new Date(5)],
    ['new Map([[1, { a: 1 }]])', new Map([[1, { a: 1 }]])],
    ['new Set([1, "a"])', new Set([1, 'a'])],
    ['new Uint16Array([7, 65535])', new Uint16Array([7, 65_535])],
    ['new BigInt64Array([-1n])', new BigInt64Array([-1n])],
    ['Object.create(null)', {}],
  ])('%s', (code, here) => {
    expect(roundTrip(foreign(code))).toEqual({ value: here })
  })

  test('and may replace all of session.data', () => {
    const tracked = trackData(jsonCodec, jsonCodec.encode({}))
    tracked.replace(foreign('({ a: 1 })') as object)
    expect(tracked.value()).toEqual({ a: 1 })
  })

  test('as structuredClone and JSON make them', () => {
    expect(roundTrip(structuredClone({ at: new Date(5) }))).toEqual({ value: { at: new Date(5) } })
  })
})

describe('a Date of fake timers is kept', () => {
  const fakeDate = () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 5 })
    return new Date()
  }

  test('while they run', () => {
    const value = fakeDate()
    try {
      expect(roundTrip(value)).toEqual({ value: new Date(5) })
    } finally {
      vi.useRealTimers()
    }
  })

  test('and after they have stopped', () => {
    const value = fakeDate()
    vi.useRealTimers()
    expect(roundTrip(value)).toEqual({ value: new Date(5) })
  })

  test('but not with a part that would be lost', () => {
    const value = Object.assign(fakeDate(), { extra: 1 })
    vi.useRealTimers()
    expect(() => roundTrip(value)).toThrow('data.value is an object with a property')
  })
})

class Cart extends Map {}
class Tags extends Set {}
class Money extends Date {}
class List extends Array {}
class Bytes extends Uint8Array {}
class User {
  name = 'ann'
}
const named = <Kind extends object>(value: Kind) => Object.assign(value, { extra: 1 })
const hidden = (value: object) => Object.defineProperty(value, 'secret', { value: 1 })
const withSymbol = (value: object) => Object.assign(value, { [Symbol('s')]: 1 })

describe('a value that would lose a part is refused with its path:', () => {
  test.each<[string, unknown]>([
    ['an instance of Cart', new Cart()],
    ['an instance of Tags', new Tags()],
    ['an instance of Money', new Money()],
    ['an instance of List', new List()],
    ['an instance of Bytes', new Bytes(2)],
    ['an instance of User', new User()],
    ['an instance of Object', Object.create({})],
    ['an object with a named property', 'ab-12'.match(/(?<letters>\w+)-(?<digits>\d+)/)],
    ['an object with a named property', named([1])],
    ['an object with a named property', named(new Date(5))],
    ['an object with a named property', named(new Map())],
    ['an object with a named property', named(new Set())],
    ['an object with a named property', named(new Uint8Array(2))],
    ['an object with a property whose key is a symbol', withSymbol({ a: 1 })],
    ['an object with a property whose key is a symbol', withSymbol([1])],
    ['an object with a property whose key is a symbol', withSymbol(new Map())],
    ['an object with a property that is not enumerable', hidden({ a: 1 })],
    ['an object with a property that is not enumerable', hidden([1])],
    ['an array with holes', named(Object.assign(new Array(3), { 0: 1, 2: 2 }))],
  ])('%s', (what, value) => {
    expect(() => jsonCodec.encode({ cart: [value] })).toThrow(`data.cart[0] is ${what}, which`)
  })
})
