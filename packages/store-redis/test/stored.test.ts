import { endReasons, mintVersion, type Row } from '@sojourn/core/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeStored, encodeRow, encodeTombstone } from '../src/stored.ts'

const seed = 20_300_101
const time = fc.double({ noNaN: true, noDefaultInfinity: true })
const tag = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
)
const row = fc.record<Row>({
  version: tag,
  priorVersions: fc.array(tag, { maxLength: 3 }),
  touchedAt: time,
  expiresAt: time,
  value: fc.uint8Array({ maxLength: 300 }),
})
const bare: Row = {
  version: '',
  priorVersions: [],
  touchedAt: 1,
  expiresAt: 2,
  value: new Uint8Array(),
}
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
  const whole = asKind('r', encodeRow({ ...bare, version: 'v'.repeat(16), priorVersions: ['p'] }))
  for (let length = 0; length < whole.length; length++)
    expect(decodeStored(whole.subarray(0, length))).toBeUndefined()
})

test('a version longer than its length can say is refused', () => {
  const version = '.'.repeat(128)
  expect(() => encodeRow({ ...bare, version })).toThrow('at most 127 bytes')
})

test.each([
  ['a version of Sojourn', mintVersion(), 9],
  ['base64url with bits to spare', 'v1', 3],
  ['other text', 'é', 3],
])('%s takes few bytes and comes back', (_, version, length) => {
  const whole = asKind('r', encodeRow({ ...bare, version }))
  expect(whole.length).toBe(18 + length)
  expect(decodeStored(whole)).toMatchObject({ version })
})

test('the header of a session that was written four times takes 54 bytes', () => {
  const priorVersions = [mintVersion(), mintVersion(), mintVersion()]
  const worn = { ...bare, version: mintVersion(), priorVersions }
  expect(asKind('r', encodeRow(worn)).length).toBe(54)
})
