import { endReasons, type Row } from '@sojourn/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeStored, encodeRow, encodeTombstone } from '../src/stored.ts'

const seed = 20_300_101
const time = fc.double({ noNaN: true, noDefaultInfinity: true })
const tag = fc.string({ unit: 'grapheme', maxLength: 20 })
const row = fc.record<Row>({
  version: tag,
  priorVersions: fc.array(tag, { maxLength: 3 }),
  touchedAt: time,
  expiresAt: time,
  value: fc.uint8Array({ maxLength: 300 }),
})
const asKind = (kind: string, bytes: Buffer) => Buffer.concat([Buffer.from(kind), bytes])

test('a row comes back as it went in, listed or solitary', () => {
  fc.assert(
    fc.property(row, fc.constantFrom('r', 's'), (given, kind) => {
      expect(decodeStored(asKind(kind, encodeRow(given)))).toEqual(given)
    }),
    { seed },
  )
})

test.each(endReasons)('a tombstone of %s comes back as it went in', (ended) => {
  expect(decodeStored(encodeTombstone({ ended, at: 12.5 }))).toEqual({ ended, at: 12.5 })
})

test('what Sojourn did not write is known to be that, and never thrown over', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
      const [kind = 0] = noise
      const decoded = decodeStored(Buffer.from(noise))
      if (!['r', 's', 't'].includes(String.fromCharCode(kind))) expect(decoded).toBeUndefined()
    }),
    { seed },
  )
})

test('a row that is cut off before its value is none', () => {
  const whole = asKind(
    'r',
    encodeRow({
      version: 'v'.repeat(16),
      priorVersions: ['p'],
      touchedAt: 1,
      expiresAt: 2,
      value: new Uint8Array(),
    }),
  )
  for (let length = 0; length < whole.length; length++)
    expect(decodeStored(whole.subarray(0, length))).toBeUndefined()
})

test('a version longer than its length byte can say is refused', () => {
  const long = {
    version: 'x'.repeat(256),
    priorVersions: [],
    touchedAt: 1,
    expiresAt: 2,
    value: new Uint8Array(),
  }
  expect(() => encodeRow(long)).toThrow('at most 255 bytes')
})

test('the header of a session that was written four times takes 86 bytes', () => {
  const version = 'x'.repeat(16)
  const worn = {
    version,
    priorVersions: [version, version, version],
    touchedAt: 1,
    expiresAt: 2,
    value: new Uint8Array(),
  }
  expect(asKind('r', encodeRow(worn)).length).toBe(86)
})
