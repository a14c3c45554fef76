import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { decodeValue, encodeValue, isRow } from '../../src/keyed/row-format.ts'
import type { Row } from '../../src/store/backend.ts'
import { encoded, freshRecord } from '../contexts.ts'
import { rowOf, signedIn, testManager, visit } from '../support.ts'

describe('a row', () => {
  test.each([undefined, '9999999999999', Number.NaN, Number.POSITIVE_INFINITY, null])(
    'D-06: a row whose end or last touch is %s opens nothing, and is the trouble of the store',
    async (wrong) => {
      const { visitor, row, intercept } = await signedIn()
      for (const fields of [{ touchedAt: wrong }, { expiresAt: wrong }]) {
        const fault = intercept('find', async () => ({ ...row, ...fields }) as never)
        const error = { code: 'ERR_STORE_CONTRACT', status: 503 }
        await expect(visitor.begin()).rejects.toMatchObject(error)
        fault.stop()
      }
    },
  )

  test('a session whose row has a time that is no number is not opened', async () => {
    const { manager, clock, rows } = testManager()
    const visitor = createVisitor(manager)
    const { session } = await visit(visitor, (first) => first.login('user-1'))
    const row = rowOf(rows, session.id)
    rows.set(session.id, { ...row, touchedAt: Number.NaN, expiresAt: 1e15 })
    clock.now += 365 * 86_400_000
    await expect(visit(visitor)).rejects.toMatchObject({ code: 'ERR_STORE_CONTRACT' })
  })
})

const { record } = freshRecord({ userId: 'ada' })
const data = encoded({ cart: ['tea'] })
/** A codec that writes other bytes than `jsonCodec` does. */
const spaced = {
  ...jsonCodec,
  name: 'spaced',
  encode: (value: unknown) => Buffer.from(`  ${Buffer.from(jsonCodec.encode(value)).toString()}`),
}

describe('the value of a row', () => {
  test('begins with its format and the name of its codec, and ends with the data', () => {
    const value = Buffer.from(encodeValue(record, data, jsonCodec))
    expect([...value.subarray(0, 6)]).toEqual([1, 4, ...Buffer.from('json')])
    expect(value.subarray(-data.length)).toEqual(Buffer.from(data))
  })

  test('comes back as record and data, and holds no id: the key of the row is the id', () => {
    const value = encodeValue(record, data, jsonCodec)
    const back = decodeValue(record.id, value, [jsonCodec])
    expect(back.record).toEqual(record)
    expect(Buffer.from(back.data)).toEqual(data)
    expect(decodeValue('another.id', value, [jsonCodec]).record.id).toBe('another.id')
    expect(Buffer.from(value).includes(record.id)).toBe(false)
  })

  test('is read from the middle of a buffer', () => {
    const value = encodeValue(record, data, jsonCodec)
    const padded = Buffer.concat([Buffer.alloc(7, 1), value, Buffer.alloc(7, 1)])
    const view = new Uint8Array(padded.buffer, padded.byteOffset + 7, value.length)
    expect(decodeValue(record.id, view, [jsonCodec])).toEqual(
      decodeValue(record.id, value, [jsonCodec]),
    )
  })

  test('of another codec has its data encoded anew by the first; of the first, the bytes as they are', () => {
    const value = encodeValue(record, spaced.encode({ cart: ['tea'] }), spaced)
    const text = (codecs: Parameters<typeof decodeValue>[2]) =>
      Buffer.from(decodeValue(record.id, value, codecs).data).toString()
    expect(text([jsonCodec, spaced])).toBe('{"cart":["tea"]}')
    expect(text([spaced, jsonCodec])).toBe('  {"cart":["tea"]}')
  })

  test.each([
    ['is empty', () => new Uint8Array(), /unknown format/],
    ['has another format', (value: Uint8Array) => value.fill(2, 0, 1), /unknown format/],
    ['names an unknown codec', (value: Uint8Array) => value.fill(120, 2, 3), /not configured/],
    ['ends within its record', (value: Uint8Array) => value.slice(0, 20), /end too early/],
  ])('that %s is not read', (_title, spoil, message) => {
    const value = spoil(Uint8Array.from(encodeValue(record, data, jsonCodec)))
    expect(() => decodeValue(record.id, value, [jsonCodec])).toThrow(message)
  })
})

describe('isRow', () => {
  const row: Row = {
    version: 'v',
    priorVersions: ['u'],
    touchedAt: 1,
    expiresAt: 2,
    value: new Uint8Array(),
  }

  test('takes a row, an empty value and no prior versions included', () => {
    expect([isRow(row), isRow({ ...row, priorVersions: [] })]).toEqual([true, true])
    expect(isRow({ ...row, value: Buffer.from('x') })).toBe(true)
  })

  test.each<object>([
    { version: 7 },
    { priorVersions: 'u' },
    { touchedAt: '1' },
    { expiresAt: Number.POSITIVE_INFINITY },
    { value: 'text' },
    { value: [1, 2] },
  ])('refuses a row with %j', (field) => {
    expect(isRow({ ...row, ...field })).toBe(false)
    const [name = ''] = Object.keys(field)
    expect(isRow({ ...row, [name]: undefined })).toBe(false)
  })
})
