import { randomBytes } from 'node:crypto'
import sodium from 'sodium-native'
import { describe, expect, test } from 'vitest'
import { type SecureSessionOptions, secureSessionSource } from '../../src/fastify-secure-session.ts'
import { secret, secureSessionApp } from './old-apps.ts'
import { defineSealedCases } from './sealed-cases.ts'
import { createWorld } from './source-world.ts'

const userId: SecureSessionOptions['userId'] = (data) => data['user']?.id
const hour = 3600

for (const version of [8, 7] as const)
  describe(`@fastify/secure-session ${version}`, () => {
    const [oldest, newest, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)]

    defineSealedCases({
      start: (secrets) =>
        secureSessionApp(version, { key: secrets === 'ours' ? newest : foreign, expiry: hour }),
      source: (options) =>
        secureSessionSource({ key: [newest, oldest], expiry: hour, userId, ...options }),
      lifetimeMs: hour * 1000,
      hasEqualCookies: false,
    })

    test('its cookie has one spelling: no other text of the same bytes is opened', async () => {
      const app = await secureSessionApp(version, { key: newest })
      const { cookie } = await app.visit({ n: 1, text: '??>>~~'.repeat(9) })
      await app.close()
      const world = createWorld(secureSessionSource({ key: newest }))
      expect(cookie).toMatch(/%2B|%2F/)
      for (const [from, to] of [
        [/%2B/, '+'],
        [/%2F/, '/'],
        [/%2B/g, '-'],
        [/%2F/g, '_'],
        [/%(2B|2F)/, (match: string) => match.toLowerCase()],
        [/%3B/, ';'],
        [/$/, '%3D'],
        [/$/, '%3Bx'],
        [/%3D%3B|%3B/, '%0A%3B'],
        [/=(\w)/, (_: string, first: string) => `=%${first.charCodeAt(0).toString(16)}`],
      ] as const) {
        const other = cookie.replace(from, to as string)
        if (other !== cookie) expect(await world.callsOfRefused(other), `${from}`).toEqual([])
      }
      expect(await world.visitor(cookie).read()).not.toBeNull()
    })

    test('a list of keys, each of which opens; keys as base64; another name of the cookie', async () => {
      const keys = [newest, oldest].map((key) => key.toString('base64'))
      const app = await secureSessionApp(version, {
        key: oldest,
        cookieName: 'app',
        sessionName: 'session',
      })
      const { cookie } = await app.visit({ n: 1 })
      await app.close()
      const world = createWorld(secureSessionSource({ key: keys, cookieName: 'app' }))
      expect((await world.visitor(cookie).read())?.data).toEqual({ n: 1 })
    })
  })

test.each([
  [8, 'mq9hDxBVDbspDR6n'],
  [7, undefined],
] as const)('the key of version %i made of a secret, with the salt %s', async (version, salt) => {
  const options = { secret: secret(), ...(salt === undefined ? {} : { salt }) }
  const app = await secureSessionApp(version, options as { secret: string; salt: string })
  const { cookie } = await app.visit({ n: 1 })
  await app.close()
  const world = createWorld(secureSessionSource(options))
  expect((await world.visitor(cookie).read())?.data).toEqual({ n: 1 })
})

test('a cookie without a time, of the first releases of version 7, is opened until the migration ends', async () => {
  const key = randomBytes(32)
  const [nonce, text] = [randomBytes(24), Buffer.from(JSON.stringify({ n: 1 }))]
  const box = Buffer.alloc(text.length + 16)
  sodium.crypto_secretbox_easy(box, text, nonce, key)
  const value = encodeURIComponent(`${box.toString('base64')};${nonce.toString('base64')}`)
  const app = await secureSessionApp(8, { key })
  expect((await app.visit(undefined, `session=${value}`)).data).toEqual({ n: 1 })
  await app.close()
  const open = (options: { until?: number }) =>
    createWorld(secureSessionSource({ key, ...options })).visitor(`session=${value}`)
  expect((await open({ until: Date.now() + 60_000 }).read())?.data).toEqual({ n: 1 })
  expect(await open({}).read()).toBeNull()
})

test.each([
  [{}, /takes a key or a secret/],
  [{ key: randomBytes(32), secret: secret() }, /takes a key or a secret/],
  [{ key: randomBytes(31) }, /keys of 32 bytes/],
  [{ key: [] }, /keys of 32 bytes/],
  [{ secret: 'short' }, /secret has fewer than 32 bytes/],
  [{ secret: secret(), salt: 'short' }, /salt has not 16 bytes/],
  [{ key: randomBytes(32), expiry: 0 }, /expiry is 0/],
  [{ key: randomBytes(32), cookieName: '' }, /cookieName is no text/],
  [{ key: randomBytes(32), sessionName: 's' }, /has no option sessionName/],
])('wrong options are refused: %#', (options, message) => {
  expect(() => secureSessionSource(options as SecureSessionOptions)).toThrow(message)
})
