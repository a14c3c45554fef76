import { randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { milliseconds } from '../../src/util/duration.ts'
import { quote } from '../../src/util/quote.ts'
import { testManager } from '../support.ts'

describe('a value in a message', () => {
  test.each([
    ['fine', "'fine'"],
    ['a\nFAKE LINE', "'a\\u000aFAKE LINE'"],
    ['\u001b[2J\u009b31m\u2028\u202e', "'\\u001b[2J\\u009b31m\\u2028\\u202e'"],
    ["it's \\", "'it\\u0027s \\u005c'"],
    ['x'.repeat(1e6), `'${'x'.repeat(100)}'`],
    [3, '3'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('a\nb'), 'Symbol(a\\u000ab)'],
    [['a\nb'], 'an array'],
    [{ toString: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [() => 1, 'a function'],
  ])('%# is one short line', (value, text) => {
    expect(quote(value)).toBe(text)
  })
})

/** What a JSON body may hold where an application expected text. */
const hostile = [
  JSON.parse('{"toString":1}'),
  JSON.parse('{"__proto__":null}'),
  ['user-1\nFAKE LINE'],
  Object.create(null),
]

describe('a message of an error holds no line of a stranger', () => {
  test('of login() and its options', async () => {
    const { manager } = testManager()
    await createVisitor(manager).request(async (session) => {
      for (const value of hostile)
        for (const login of [
          () => session.login(value),
          () => session.login('ann', { persistent: value }),
          () => session.login('ann', { maxAge: value }),
          () => session.login('ann', { carry: value === hostile[2] ? 'all\n' : value }),
        ])
          await expect(login()).rejects.toMatchObject({
            code: 'ERR_CONFIG_INVALID',
            message: expect.not.stringMatching(/FAKE|\n/),
          })
      expect(session.userId).toBeUndefined()
    })
  })

  test('of a duration', () => {
    for (const value of [...hostile, '1s\nFAKE'])
      expect(() => milliseconds(value, 'maxAge')).toThrow(/^maxAge is [^\n]*$/)
  })

  test('of the path to what cannot be kept', () => {
    const body = JSON.parse('{"a\\nFAKE":{"\\u001b[2J":[{"__proto__":1}]}}')
    expect(() => jsonCodec.encode(body)).toThrow(
      /^data\['a\\u000aFAKE'\]\['\\u001b\[2J'\]\[0\]\.__proto__ is a key [^\n]*$/,
    )
    const long = { [randomBytes(50_000).toString('hex')]: () => 1 }
    expect(() => jsonCodec.encode(long)).toThrow(/^.{1,400}$/)
  })
})
