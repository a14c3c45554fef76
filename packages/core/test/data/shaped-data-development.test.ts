import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { numbers, schemaOf, shaped } from './schemas.ts'

const encode = (data: object) => jsonCodec.encode(data)

describe('in development', () => {
  const options = { development: true, schema: numbers(['a', 'b']) }

  test('a change that does not fit is refused: the error names the path, and no value', () => {
    const { data } = shaped({ a: 1 }, options)
    Object.assign(data.value(), { b: 'secret' })
    expect(() => data.bytes()).toThrow(/b: no number/)
    expect(() => data.bytes()).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_DATA_INVALID' }),
    )
    expect(() => data.bytes()).not.toThrow(/secret/)
    data.value()['b'] = 2
    expect(data.bytes()).toEqual(encode({ a: 1, b: 2 }))
  })

  test('data that has become empty is not refused', () => {
    const strict = schemaOf(({ a, ...rest }) => {
      if (typeof a !== 'number') throw [{ message: 'missing', path: ['a'] }]
      return { a, ...rest }
    })
    const { data } = shaped({ a: 1 }, { development: true, schema: strict })
    data.replace({})
    expect(data.bytes()).toEqual(encode({}))
  })

  test.each<[string, () => (data: object) => object, RegExp]>([
    [
      'a default that is another one each time',
      () => {
        let n = 0
        return (data) => ({ id: n++, ...data })
      },
      /something else of the same data/,
    ],
    [
      'a transform that does not accept its output',
      () => (data) => {
        const { cents } = Object(data)
        if (typeof cents !== 'string') throw [{ message: 'no text', path: ['cents'] }]
        return { cents: Number(cents) }
      },
      /does not accept its own output/,
    ],
    [
      'a transform that transforms again',
      () => (data) => ({ cents: 100 * Number(Object(data).cents) }),
      /does not accept its own output/,
    ],
  ])('%s is warned of, once', (_, makeParse, warning) => {
    const { data, warnings, shape } = shaped(
      { cents: '1' },
      { ...options, schema: schemaOf(makeParse()) },
    )
    data.value()
    shape.show({ bytes: encode({ cents: '1' }), version: 1 }, jsonCodec)
    expect(warnings).toEqual([expect.stringMatching(warning)])
  })

  test('a schema with constant defaults is not warned of', () => {
    const { data, warnings } = shaped(
      { a: 1, later: 1 },
      { ...options, schema: numbers(['a'], { n: 1 }) },
    )
    data.value()
    expect(warnings).toEqual([])
  })
})
