import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { numbers, schemaOf, shaped } from './schemas.ts'

const encode = (data: object) => jsonCodec.encode(data)
const seed = 20_300_101

describe('what the schema leaves out', () => {
  const stored = { a: 1, later: [1], 'flash:info:x': 'Hello', passport: { user: 7 } }

  test('is not seen, but for keys of Sojourn', () => {
    const { data } = shaped(stored, { schema: numbers(['a', 'b']) })
    expect(data.value()).toEqual({ a: 1, 'flash:info:x': 'Hello', passport: { user: 7 } })
  })

  test('stays when other keys are changed, removed or replaced', () => {
    const { data, result } = shaped(stored, { schema: numbers(['a', 'b']) })
    expect(data.bytes()).toBe(data.base())
    data.value()['b'] = 2
    expect(result()).toEqual({ ...stored, b: 2 })
    delete data.value()['a']
    expect(result()).toEqual({ ...stored, a: undefined, b: 2 })
    data.replace({ b: 3 })
    expect(result()).toEqual({ later: [1], b: 3 })
  })

  test('stays, whatever the data and the changes', () => {
    const object = fc.dictionary(fc.constantFrom('a', 'b', 'x', 'y'), fc.nat(3))
    const known = fc.dictionary(fc.constantFrom('a', 'b'), fc.nat(3))
    fc.assert(
      fc.property(object, known, (before, after) => {
        const { data, result } = shaped(before, { schema: numbers(['a', 'b']) })
        data.replace(after)
        const { x, y } = before
        expect(result()).toEqual({
          ...after,
          ...(x === undefined ? {} : { x }),
          ...(y === undefined ? {} : { y }),
        })
      }),
      { seed },
    )
  })

  test('stays in objects below a key that is changed, and goes with an object that is removed', () => {
    const strip = (cart: unknown): object => {
      const { n, of } = Object(cart)
      return { ...(n === undefined ? {} : { n }), ...(of ? { of: strip(of) } : {}) }
    }
    const schema = schemaOf(({ cart, ...rest }) => (cart ? { ...rest, cart: strip(cart) } : rest))
    const before = { cart: { n: 1, later: 1, of: { n: 2, later: [2] } } }
    const { data, result } = shaped(before, { schema })
    const cart = Object(data.value()['cart'])
    expect(cart).toEqual({ n: 1, of: { n: 2 } })
    cart.of.n = 3
    expect(result()).toEqual({ cart: { n: 1, later: 1, of: { n: 3, later: [2] } } })
    delete cart.n
    expect(result()).toEqual({ cart: { later: 1, of: { n: 3, later: [2] } } })
    delete cart.of
    expect(result()).toEqual({ cart: { later: 1 } })
    delete data.value()['cart']
    expect(result()).toEqual({})
  })
})

describe('what the schema adds or transforms', () => {
  const dated = schemaOf(({ at, ...rest }) => ({
    theme: 'light',
    ...rest,
    at: new Date(String(at)),
  }))
  const at = '2030-01-01T00:00:00.000Z'

  test('is seen and is no change', () => {
    const { data } = shaped({ at, n: 1 }, { schema: dated })
    expect(data.value()).toEqual({ at: new Date(at), n: 1, theme: 'light' })
    expect(data.bytes()).toBe(data.base())
  })

  test('is not stored by a change of another key', () => {
    const { data, result } = shaped({ at, n: 1 }, { schema: dated })
    data.value()['n'] = 2
    expect(result()).toEqual({ at, n: 2 })
  })

  test('is stored where the handler changes it', () => {
    const { data, result } = shaped({ at }, { schema: dated })
    Object.assign(data.value(), { theme: 'dark' })
    expect(result()).toEqual({ at, theme: 'dark' })
  })

  test('is not shared with another session', () => {
    const list: number[] = []
    const schema = schemaOf((data) => ({ list, ...data }))
    const [one, two] = [shaped({}, { schema }), shaped({}, { schema })]
    Object(one.data.value())['list'].push(1)
    expect(two.data.value()).toEqual({ list: [] })
    expect(one.result()).toEqual({ list: [1] })
  })
})

describe('empty data', () => {
  test('is seen as the schema makes it, or as it is where the schema refuses it; never reported', () => {
    const strict = schemaOf(() => {
      throw [{ message: 'missing', path: ['a'] }]
    })
    for (const stored of [{}, { 'flash:info:x': 'Hi' }]) {
      expect(shaped(stored, { schema: numbers([], { n: 1 }) }).data.value()).toEqual({
        n: 1,
        ...stored,
      })
      const { data, misfits } = shaped(stored, { schema: strict, onInvalidData: 'fail' })
      expect(data.value()).toEqual(stored)
      expect(data.bytes()).toBe(data.base())
      expect(misfits).toEqual([])
    }
  })

  test('is not migrated', () => {
    const migrations = { 1: () => expect.fail('called') }
    expect(shaped({}, { version: 2, migrations }).data.value()).toEqual({})
  })
})

describe('data of an older version', () => {
  const options = {
    version: 3,
    migrations: {
      1: ({ basket, ...rest }: object & { basket?: unknown }) => ({ ...rest, cart: basket }),
      2: (data: object) => ({ ...data, two: true }),
    },
  }

  test('goes through each migration in turn, and keys of Sojourn through none', () => {
    const { data } = shaped({ basket: [1], 'flash:a:b': 1 }, options)
    expect(data.value()).toEqual({ cart: [1], two: true, 'flash:a:b': 1 })
    expect(shaped({ cart: [1] }, { ...options, storedVersion: 2 }).data.value()).toEqual({
      cart: [1],
      two: true,
    })
  })

  test('is no change, and is stored whole with the next one', () => {
    const { data, result } = shaped({ basket: [1] }, options)
    expect(data.version()).toBe(1)
    data.value()
    expect(data.bytes()).toBe(data.base())
    Object.assign(data.value(), { n: 1 })
    expect(result()).toEqual({ cart: [1], two: true, n: 1 })
    expect(data.version()).toBe(3)
  })

  test.each<[string, () => object]>([
    [
      'throws',
      () => {
        throw new RangeError('secret')
      },
    ],
    ['returns nothing', () => undefined as unknown as object],
    ['returns an instance of a class', () => new (class Cart {})()],
  ])('does not migrate where a migration %s', (_, migrate) => {
    const { data, misfits } = shaped({ a: 1 }, { version: 2, migrations: { 1: migrate } })
    expect(data.value()).toEqual({})
    expect(misfits).toMatchObject([{ why: 'migration' }])
    expect(String(misfits[0]?.cause)).not.toContain('secret')
  })

  test('does not migrate without a migration of its version', () => {
    const { data, misfits } = shaped({ a: 1 }, { version: 3, migrations: { 2: (old) => old } })
    expect(data.value()).toEqual({})
    expect(misfits).toMatchObject([{ why: 'migration', cause: undefined }])
  })

  test('is refused with an asynchronous migration, whose rejection harms nobody', () => {
    const migrations = { 1: () => Promise.reject(new Error('late')) }
    const { data } = shaped({ a: 1 }, { version: 2, migrations })
    expect(() => data.value()).toThrow('The migration of version 1 is asynchronous')
  })
})

describe('data that does not fit', () => {
  const schema = numbers(['a'])

  test('is empty, stays as it is, and is dropped with the first change', () => {
    const { data, result, misfits } = shaped({ a: 'x', later: 1 }, { schema })
    expect(data.value()).toEqual({})
    expect(misfits).toMatchObject([{ why: 'schema', issues: [{ path: 'a' }] }])
    expect(result()).toEqual({ a: 'x', later: 1 })
    data.value()['a'] = 1
    expect(result()).toEqual({ a: 1 })
  })

  test('is an error each time by option, reported once, until it is replaced', () => {
    const { data, result, misfits } = shaped({ a: 'x' }, { schema, onInvalidData: 'fail' })
    for (let n = 0; n < 2; n++)
      expect(() => data.value()).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_DATA_INVALID', status: 500 }),
      )
    expect(misfits).toHaveLength(1)
    data.replace({ a: 1 })
    expect(data.value()).toEqual({ a: 1 })
    expect(result()).toEqual({ a: 1 })
  })

  test('has its keys of Sojourn all the same, also once it is dropped', () => {
    const library = { 'flash:info:x': 'Hello', passport: { user: 7 } }
    const migrations = { 1: () => [] }
    for (const options of [{ schema }, { version: 2, migrations }]) {
      const { data, result } = shaped({ a: 'x', ...library }, options)
      expect(data.value()).toEqual(library)
      expect(data.bytes()).toBe(data.base())
      data.value()['a'] = 1
      expect(result()).toEqual({ a: 1, ...library })
    }
  })

  test('stays where only keys of Sojourn change, and its version too', () => {
    const migrations = { 1: (old: object) => ({ ...old, b: 1 }) }
    const { data, result } = shaped({ a: 'x', 'flash:a': 1 }, { schema, version: 2, migrations })
    delete data.value()['flash:a']
    expect(result()).toEqual({ a: 'x' })
    expect(data.version()).toBe(1)
    data.rebase(encode({ a: 'x', 'flash:b': 2 }), data.bytes(), 1)
    expect(data.value()).toEqual({ 'flash:b': 2 })
    data.value()['a'] = 5
    expect(result()).toEqual({ a: 5, 'flash:b': 2 })
    expect(data.version()).toBe(2)
  })

  test('can be replaced by nothing', () => {
    for (const onInvalidData of ['fail', 'empty'] as const) {
      const { data, result } = shaped({ a: 'x' }, { schema, onInvalidData })
      data.replace({})
      expect(result()).toEqual({})
      const sent = data.bytes()
      data.rebase(sent, sent, 1)
      expect(data.bytes()).toBe(data.base())
      expect(data.value()).toEqual({})
    }
  })

  test('is what makes the schema throw, too', () => {
    const throwing = schemaOf(() => {
      throw new TypeError('secret')
    })
    const { data, misfits } = shaped({ a: 1 }, { schema: throwing })
    expect(data.value()).toEqual({})
    expect(String(misfits[0]?.cause)).toBe('Error: The schema threw TypeError')
  })
})

describe('data of a newer version', () => {
  const schema = numbers(['a'])

  test('is an error, and cannot be replaced', () => {
    const { data, misfits } = shaped({ a: 1 }, { schema, storedVersion: 2 })
    const newer = expect.objectContaining({ code: 'ERR_SESSION_DATA_NEWER', status: 503 })
    expect(() => data.replace({})).toThrow(newer)
    expect(() => data.value()).toThrow(newer)
    expect(misfits).toMatchObject([{ why: 'newer' }])
    expect(data.bytes()).toBe(data.base())
  })

  test('is read by option, and keeps its version and its keys', () => {
    const options = { schema, storedVersion: 2, onNewerData: 'keep' as const }
    const { data, result } = shaped({ a: 1, later: 1 }, options)
    expect(data.value()).toEqual({ a: 1 })
    data.value()['a'] = 2
    expect(result()).toEqual({ a: 2, later: 1 })
    expect(data.version()).toBe(2)
  })

  test('is an error where a change of a list would lose what the schema leaves out of it', () => {
    const ofItems = schemaOf(({ later: _, list = [], ...rest }) => ({
      ...rest,
      list: (list as { n: number }[]).map(({ n }) => ({ n })),
    }))
    const stored = { list: [{ n: 1, later: 1 }], later: [1] }
    const options = { schema: ofItems, onNewerData: 'keep' as const }
    const { data, result } = shaped(stored, { ...options, storedVersion: 2 })
    data.value()['n'] = 1
    expect(result()).toEqual({ ...stored, n: 1 })
    const list = data.value()['list'] as { n: number }[]
    list.push({ n: 2 })
    expect(() => data.bytes()).toThrow(
      expect.objectContaining({
        code: 'ERR_SESSION_DATA_NEWER',
        detail: expect.stringContaining('at list'),
      }),
    )
    const whole = shaped({ list: [{ n: 1 }], later: [1] }, { ...options, storedVersion: 2 })
    whole.data.value()['list'] = [{ n: 2 }]
    expect(whole.result()).toEqual({ list: [{ n: 2 }], later: [1] })
    const own = shaped(stored, options)
    own.data.value()['list'] = [{ n: 2 }]
    expect(own.result()).toEqual({ list: [{ n: 2 }], later: [1] })
  })

  test('is an error where it does not fit, whatever the options', () => {
    const options = { schema, storedVersion: 2, onNewerData: 'keep' as const }
    const { data } = shaped({ a: 'x' }, { ...options, onInvalidData: 'empty' })
    expect(() => data.value()).toThrow(expect.objectContaining({ code: 'ERR_SESSION_DATA_NEWER' }))
  })
})

describe('after a save', () => {
  const options = { schema: numbers(['a', 'b'], { theme: 'light' }) }

  test('nothing counts as changed, and the schema does not run again', () => {
    let runs = 0
    const schema = schemaOf((data) => {
      runs++
      return data
    })
    const { data } = shaped({ a: 1 }, { schema })
    data.value()['a'] = 2
    const sent = data.bytes()
    data.rebase(sent, sent, 1)
    expect(data.bytes()).toBe(data.base())
    expect(runs).toBe(1)
    data.value()['a'] = 3
    expect(data.bytes()).toEqual(encode({ a: 3 }))
  })

  test('the view adopts what another request has written, and what was changed meanwhile is kept', () => {
    const { data, result } = shaped({ a: 1, later: 1 }, options)
    const live = data.value()
    live['a'] = 2
    const sent = data.bytes()
    live['b'] = 3
    data.rebase(encode({ a: 2, later: 2, theme: 'dark' }), sent, 1)
    expect(data.value()).toBe(live)
    expect(live).toEqual({ a: 2, b: 3, theme: 'dark' })
    expect(result()).toEqual({ a: 2, b: 3, later: 2, theme: 'dark' })
    expect(data.base()).toEqual(encode({ a: 2, later: 2, theme: 'dark' }))
  })

  test('that only touched the session, upgraded data is still no change', () => {
    const migrations = { 1: (old: object) => ({ ...old, b: 2 }) }
    const { data } = shaped({ a: 1 }, { version: 2, migrations })
    data.value()
    data.rebase(encode({ a: 1 }), data.bytes(), 1)
    expect(data.value()).toEqual({ a: 1, b: 2 })
    expect(data.bytes()).toBe(data.base())
  })

  test('what a newer version has added is not seen, and not lost by the next change', () => {
    const { data, result } = shaped({ a: 1 }, { ...options, onNewerData: 'keep' })
    data.value()['a'] = 2
    data.rebase(encode({ a: 2, later: 5 }), data.bytes(), 2)
    expect(data.value()).toEqual({ a: 2, theme: 'light' })
    data.value()['a'] = 3
    expect(result()).toEqual({ a: 3, later: 5 })
    expect(data.version()).toBe(2)
  })

  test('what a newer version has made of it can neither be read nor changed, unless that is allowed', () => {
    const { data } = shaped({ a: 1 }, options)
    const live = data.value()
    const now = encode({ a: 1, later: 5 })
    data.rebase(now, data.bytes(), 2)
    expect([data.bytes(), data.base(), data.version()]).toEqual([now, now, 2])
    live['a'] = 2
    const newer = expect.objectContaining({ code: 'ERR_SESSION_DATA_NEWER' })
    expect(() => data.value()).toThrow(newer)
    expect(() => data.bytes()).toThrow(newer)
    expect(() => data.replace({})).toThrow(newer)
  })

  test('changes of two requests that do not go together are all kept and seen', () => {
    const oneOf = schemaOf((data) => {
      if ('a' in data && 'b' in data) throw [{ message: 'either a or b', path: [] }]
      return data
    })
    const { data } = shaped({ n: 1 }, { schema: oneOf })
    data.value()['a'] = 1
    data.rebase(encode({ n: 1, b: 1, a: 1 }), data.bytes(), 1)
    expect(data.value()).toEqual({ n: 1, a: 1, b: 1 })
  })
})
