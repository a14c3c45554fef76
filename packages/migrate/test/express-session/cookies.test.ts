import { randomInt } from 'node:crypto'
import { sign } from 'cookie-signature'
import { describe, expect, test } from 'vitest'
import { type ExpressSessionOptions, expressSessionSource } from '../../src/express-session.ts'
import { migrateStore } from '../../src/index.ts'

const store = { get: () => undefined, destroy: () => undefined }
const secret = 'the secret of the old application'
const source = expressSessionSource({ store, secret })
const at = 0

function verify(...values: string[]) {
  return source.verify(new Map([['connect.sid', values]]), at)
}

const encode = (sid: string, by = secret) => encodeURIComponent(`s:${sign(sid, by)}`)

describe('a cookie is genuine', () => {
  test.each([
    ['as express-session makes it', 'kopSkkS3O9bTIT60yZ3iDlkZgAW3YEjj'],
    ['with dots, as a genid may make it', 'a.b.c'],
    ['of any characters', 'é/+= \u0000;,'],
  ])('%s', (_title, sid) => {
    expect(verify(encode(sid))).toEqual([{ key: sid }])
  })

  test('not encoded, as some proxies leave it', () => {
    expect(verify(`s:${sign('abc', secret)}`)).toEqual([{ key: 'abc' }])
  })
})

test.each([
  ['without a signature', 's%3Aabc'],
  ['without the mark s:', encodeURIComponent(sign('abc', secret))],
  ['of another secret', encode('abc', 'another')],
  ['with an empty id', encode('')],
  ['with padding', `${encode('abc')}%3D`],
  ['with a broken encoding', `${encode('abc')}%`],
  ['that is empty', ''],
  ['that is long', 's%3A'.repeat(4_000)],
])('a cookie %s is not genuine', (_title, value) => {
  expect(verify(value)).toEqual([])
})

test('of 100,000 changed cookies none throws or opens another session', () => {
  const genuine = encode('kopSkkS3O9bTIT60yZ3iDlkZgAW3YEjj')
  const letters = [...'abcABC019%+/=.:-_~s3;, \u0000é', '%3A', '%2B', '%', '\ud800']
  const outcomes = new Set<string>()
  for (let n = 0; n < 100_000; n++) {
    let value = genuine
    for (let changes = randomInt(1, 4); changes > 0; changes--) {
      const from = randomInt(value.length + 1)
      const to = Math.min(value.length, from + randomInt(3))
      value = value.slice(0, from) + (letters[randomInt(letters.length)] ?? '') + value.slice(to)
    }
    for (const { key } of verify(value) as readonly { key: string }[]) outcomes.add(key)
  }
  expect([...outcomes].filter((key) => key !== 'kopSkkS3O9bTIT60yZ3iDlkZgAW3YEjj')).toEqual([])
})

describe('expressSessionSource() refuses', () => {
  test.each<[string, object, RegExp]>([
    ['no secret', { store }, /secret is missing or empty/],
    ['an empty secret', { store, secret: '' }, /secret is missing or empty/],
    ['an empty list', { store, secret: [] }, /secret is missing or empty/],
    ['neither client nor store', { secret }, /takes a client or a store/],
    ['both', { secret, store, client: store }, /takes a client or a store/],
    ['a store that is none', { secret, store: {} }, /store is no store of express-session/],
    ['a client that is none', { secret, client: {} }, /client is no client of redis/],
    ['a name that is none', { secret, store, name: 7 }, /name is no text/],
    ['a wrong until', { secret, store, until: 'soon' }, /until is no time/],
    ['a userId that is none', { secret, store, userId: 'id' }, /userId is no function/],
    ['a misspelt option', { secret, store, secrets: [] }, /has no option secrets/],
  ])('%s', (_title, options, message) => {
    const make = () => expressSessionSource(options as ExpressSessionOptions)
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(message)
  })
})

describe('migrateStore() refuses a source', () => {
  test.each<[string, object, RegExp]>([
    ['with move', { move: false }, /move is set, and from is a source/],
    ['with keepOld and no until', { keepOld: true }, /the source has no until/],
    ['with a keepOld that is a word', { keepOld: 'yes' }, /^keepOld is yes\. Give true or false/],
  ])('%s', (_title, options, message) => {
    const make = () => migrateStore({ from: source, to: () => expect.unreachable(), ...options })
    expect(make).toThrow(message)
  })
})
