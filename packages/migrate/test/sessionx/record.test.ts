import { describe, expect, test } from 'vitest'
import { formatRecord, isSessionXId, parseRecord } from '../../src/sources/sessionx/record.ts'
import { openSealedCookie } from '../../src/sources/sessionx/sealed-cookie.ts'
import { mutationsOf } from '../sources/mutations.ts'
import made from './made-by-sessionx.json' with { type: 'json' }

/** What the Go handler has set; `big` is 2^53 + 1 there, which a float64 does not hold. */
const data = {
  __proto__x: 1,
  admin: false,
  big: 2 ** 53,
  cart: [{ n: 1, sku: 'a' }],
  none: null,
  price: 19.99,
  text: 'é\u2028<&>"\\',
  tiny: 1e-9,
  user: 'ann',
  visits: 3,
  when: '2026-01-02T03:04:05Z',
}
const day = Date.UTC(2026, 10, 30)

describe('records that SessionX has made', () => {
  test.each(made.records.filter(({ record }) => record.includes('ann')))(
    'one of a server in $zone has its data, flash messages and times',
    ({ record, key }) => {
      const parsed = parseRecord(record)
      expect(parsed).toMatchObject({
        id: key.slice('sessionx:'.length),
        data: { ...data, _flashes: { notice: 'Saved', error: 'Oops' } },
      })
      const { createdAt = 0, updatedAt = 0, rotatedAt = 0 } = parsed ?? {}
      expect(Math.floor(createdAt / 86_400_000) * 86_400_000).toBe(day)
      expect(rotatedAt).toBe(createdAt)
      expect(updatedAt - createdAt).toBeLessThan(60_000)
      expect(updatedAt).toBeGreaterThanOrEqual(createdAt)
    },
  )

  test('a session without data has none', () => {
    const empty = made.records.find(({ record }) => !record.includes('ann'))
    expect(parseRecord(empty?.record ?? '')?.data).toEqual({})
  })

  test('Rotate leaves the record as it was, and makes another with the data and another id', () => {
    const before = parseRecord(made.rotated.before)
    const after = parseRecord(made.rotated.after)
    expect(after?.id).not.toBe(before?.id)
    expect(after?.data).toEqual(before?.data)
    expect(after?.createdAt).toBe(before?.createdAt)
    expect(after?.rotatedAt).toBeGreaterThan(before?.rotatedAt ?? Number.POSITIVE_INFINITY)
  })

  test('what is written is what is read, in the order of Go', () => {
    for (const { record } of made.records) {
      const parsed = parseRecord(record)
      const written = parsed && formatRecord(parsed)
      expect(parseRecord(written ?? '')).toEqual(parsed)
      expect(Object.keys(JSON.parse(written ?? ''))).toEqual(Object.keys(JSON.parse(record)))
    }
  })
})

test('times have any fraction and zone; those without a zone, and other forms, are refused', () => {
  const withTime = (time: unknown) =>
    parseRecord(
      JSON.stringify({ ID: 'a', Data: null, CreatedAt: time, UpdatedAt: time, RotatedAt: time }),
    )
  expect(withTime('2026-11-30T12:00:00+05:30')?.createdAt).toBe(Date.UTC(2026, 10, 30, 6, 30))
  expect(withTime('2026-11-30T12:00:00.123456789-03:30')?.createdAt).toBe(
    Date.UTC(2026, 10, 30, 15, 30, 0, 123),
  )
  expect(withTime('0001-01-01T00:00:00Z')?.createdAt).toBe(-62_135_596_800_000)
  expect(withTime('2026-11-30T12:00:00Z')?.data).toEqual({})
  for (const time of [
    '2026-11-30T12:00:00',
    '2026-11-30',
    'now',
    '',
    1,
    null,
    '2026-13-40T99:00:00Z',
  ])
    expect(withTime(time), String(time)).toBeUndefined()
})

test('other JSON is no record', () => {
  const texts = ['', '{', 'null', '[]', '1', '"a"', '{}', '{"ID":1}', '{"ID":"a","Data":[]}']
  for (const text of texts) expect(parseRecord(text), text).toBeUndefined()
})

test('the key __proto__ is data like any other', () => {
  const time = '2026-11-30T12:00:00Z'
  const text = `{"ID":"a","Data":{"__proto__":{"admin":true}},"CreatedAt":"${time}","UpdatedAt":"${time}","RotatedAt":"${time}"}`
  const record = parseRecord(text)
  expect(Object.keys(record?.data ?? {})).toEqual(['__proto__'])
  expect(record && formatRecord(record)).toContain('"__proto__":{"admin":true}')
})

test('an id has one form', () => {
  for (const { key } of made.records) expect(isSessionXId(key.slice('sessionx:'.length))).toBe(true)
  const refused = [
    '',
    'a',
    '*'.repeat(22),
    `${'a'.repeat(21)}B`,
    'A'.repeat(23),
    `${'A'.repeat(21)}\n`,
  ]
  for (const id of refused) expect(isSessionXId(id), id).toBe(false)
})

describe('cookies that SessionX has sealed', () => {
  const secrets = made.cookies.map(({ secret }) => Buffer.from(secret))
  const values = made.cookies.map(({ cookie }) => /^sessionx=([^;]*)/.exec(cookie)?.[1] ?? '')

  test.each(made.cookies)(
    'one with the secret $secret opens with it alone',
    ({ secret, cookie, session }) => {
      const value = /^sessionx=([^;]*)/.exec(cookie)?.[1] ?? ''
      const opened = parseRecord(openSealedCookie(value, secrets) ?? '')
      expect(opened?.data).toEqual(data)
      expect(opened?.id).toBe(parseRecord(session)?.id)
      expect(openSealedCookie(value, [Buffer.from(secret)])).toBeDefined()
      const others = secrets.filter((other) => !other.equals(Buffer.from(secret)))
      expect(openSealedCookie(value, others)).toBeUndefined()
    },
  )

  test('of 3,000 mutations none opens, and none throws', () => {
    for (const mutation of mutationsOf(values, Number(process.env['MUTATIONS'] ?? 3_000)))
      expect(openSealedCookie(mutation, secrets)).toBeUndefined()
  })
})
