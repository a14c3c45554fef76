import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { sessionXSource } from '../../src/sessionx.ts'
import { formatRecord } from '../../src/sources/sessionx/record.ts'
import { cookiesOf } from '../sources/cookies.ts'
import { forgeries, proveSource } from '../sources/prove-source.ts'
import { callAt } from '../sources/source-call.ts'
import made from './made-by-sessionx.json' with { type: 'json' }
import { createMapClient } from './map-client.ts'
import { seal } from './seal.ts'

const secretKey = `${'k'.repeat(30)}32`
const hour = 3_600_000

/** Returns the JSON of a session that began and was used now. */
function recordOf(data: object) {
  const now = Date.now()
  const id = randomBytes(16).toString('base64url')
  const times = { createdAt: now, updatedAt: now, rotatedAt: now }
  return { id, text: formatRecord({ id, data: { ...data }, ...times }) }
}

proveSource(
  'SessionX with a Redis store',
  async () => {
    const client = createMapClient()
    return {
      async logIn() {
        const { id, text } = recordOf({ user: 'ann', cart: ['a'] })
        client.map.set(`auth:${id}`, text)
        return `sessionx=${id}`
      },
      source: (options) => sessionXSource({ client, prefix: 'auth:', ...options }),
      has: async (cookie) => client.map.has(`auth:${cookie.slice('sessionx='.length)}`),
      async remember() {
        const before = [...client.map]
        return async () => {
          for (const [key, text] of before) client.map.set(key, text)
        }
      },
    }
  },
  Object.fromEntries(Object.entries(forgeries).filter(([name]) => !name.startsWith('another'))),
)

proveSource(
  'SessionX with cookies',
  async () => ({
    logIn: async () => `sessionx=${seal(recordOf({ user: 'ann', cart: ['a'] }).text, secretKey)}`,
    source: (options) => sessionXSource({ secretKey, ...options }),
  }),
  {
    ...forgeries,
    'another secret': () => seal(recordOf({ user: 'ann' }).text, 'K'.repeat(32)),
    'another secret, shorter': () => seal(recordOf({ user: 'ann' }).text, 'K'.repeat(16)),
    'no session inside': () => seal('{"user":"ann"}', secretKey),
    expired: () => {
      const times = { createdAt: 0, updatedAt: Date.now() - 25 * hour, rotatedAt: 0 }
      return seal(formatRecord({ id: 'a', data: { user: 'ann' }, ...times }), secretKey)
    },
  },
)

describe('what SessionX has made', () => {
  test.each(made.records)(
    'the record of a server in $zone is found',
    async ({ cookie, key, record }) => {
      const client = createMapClient()
      client.map.set(key, record)
      const source = sessionXSource({ client })
      const [verified] = await source.verify(cookiesOf([cookie]), 0)
      const { UpdatedAt, CreatedAt } = JSON.parse(record)
      const updatedAt = Date.parse(UpdatedAt)
      const found = await source.find?.(verified?.key ?? '', callAt(updatedAt))
      expect(found).toMatchObject({
        createdAt: Date.parse(CreatedAt),
        expiresAt: updatedAt + 24 * hour,
        maxAge: 24 * hour,
      })
      const gone = await source.find?.(verified?.key ?? '', callAt(updatedAt + 24 * hour))
      expect(gone).toBeUndefined()
    },
  )

  test.each(made.cookies)('the cookie with the secret $secret opens up to MaxAge', async (of) => {
    const source = sessionXSource({ secretKey: ['k'.repeat(16), of.secret] })
    const updatedAt = Date.parse(JSON.parse(of.session).UpdatedAt)
    const cookies = cookiesOf([of.cookie])
    const [verified] = await source.verify(cookies, updatedAt + 1)
    expect(verified?.session?.data).toMatchObject({ user: 'ann', visits: 3 })
    expect(verified?.key).toBe(JSON.parse(of.session).ID)
    expect(await source.verify(cookies, updatedAt + 25 * hour)).toEqual([])
    const endless = sessionXSource({ secretKey: of.secret, maxAge: 0, until: 1 })
    expect(await endless.verify(cookies, updatedAt + 9_000 * hour)).toHaveLength(1)
  })

  test('its flash messages are those of session.flash, with the same keys each time', async () => {
    const client = createMapClient()
    const [{ key, record }] = made.records as [(typeof made.records)[0]]
    client.map.set(key, record)
    const at = Date.parse(JSON.parse(record).UpdatedAt)
    const find = async () =>
      Object(await sessionXSource({ client }).find?.(key.slice('sessionx:'.length), callAt(at)))
        .data
    const data = await find()
    expect(data).not.toHaveProperty('_flashes')
    const flashes = Object.entries(data).filter(([name]) => name.startsWith('flash:'))
    expect(flashes.map(([name, message]) => [name.split(':')[1], message]).sort()).toEqual([
      ['error', 'Oops'],
      ['notice', 'Saved'],
    ])
    expect(await find()).toEqual(data)
  })
})

test('a forged id of the right form costs one look-up of its claim and one of the record', async () => {
  const client = createMapClient()
  const source = sessionXSource({ client })
  const [verified] = await source.verify(new Map([['sessionx', ['A'.repeat(22)]]]), 0)
  expect(await source.find?.(verified?.key ?? '', callAt(0))).toBeUndefined()
  expect(client.calls).toEqual(['get', 'pttl'])
})

test('what is not a record is unreadable', async () => {
  const client = createMapClient()
  for (const text of ['', 'TOMBSTONE', '{}', '[]', '{"ID":"a"}']) {
    client.map.set('sessionx:a', text)
    expect(await sessionXSource({ client }).find?.('a', callAt(0)), text).toHaveProperty(
      'unreadable',
    )
  }
})

test('options that do not fit are refused', () => {
  const client = createMapClient()
  const make = (options: object) => () => sessionXSource(options)
  expect(make({})).toThrow('needs a client or a secretKey')
  expect(make({ client, secretKey })).toThrow('needs a client or a secretKey')
  expect(make({ client: {} })).toThrow('client is no client')
  expect(make({ secretKey: 'short' })).toThrow('secretKey has not 16, 24 or 32 bytes')
  expect(make({ secretKey: [] })).toThrow('secretKey has not 16, 24 or 32 bytes')
  expect(make({ client, maxAge: '1 day' })).toThrow('maxAge')
  expect(make({ client, ttl: 1 })).toThrow('ttl')
  expect(make({ secretKey, maxAge: 0 })).toThrow('maxAge is 0, and until is not set')
  expect(make({ client, until: 'tomorrow' })).toThrow('until is no time')
  expect(make({ client, userId: 'user_id' })).toThrow('userId is no function')
})
