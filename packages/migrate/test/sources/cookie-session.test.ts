import Keygrip from 'keygrip'
import { describe, expect, test } from 'vitest'
import { cookieSessionSource } from '../../src/cookie-session.ts'
import { cookieSessionApp, secret } from './old-apps.ts'
import { defineSealedCases } from './sealed-cases.ts'
import { createWorld } from './source-world.ts'

const names = { 1: 'express:sess', 2: 'session' }
const nextYear = () => Date.now() + 365 * 86_400_000

for (const version of [2, 1] as const)
  describe(`cookie-session ${version}`, () => {
    const [oldest, newest, foreign] = [secret(), secret(), secret()]
    const name = names[version]

    defineSealedCases({
      start: (secrets) =>
        cookieSessionApp(version, {
          keys: [secrets === 'ours' ? newest : foreign],
          maxAge: 60_000,
        }),
      source: ({ until = nextYear() } = {}) =>
        cookieSessionSource({
          name,
          keys: [newest, oldest],
          until,
          userId: (data) => data['user']?.id,
        }),
      lifetimeMs: undefined,
      hasEqualCookies: true,
    })

    test('each of the keys counts, as a secret or in a Keygrip of another algorithm', async () => {
      const sha256 = new Keygrip([oldest], 'sha256')
      for (const keys of [[oldest], sha256] as const) {
        const app = await cookieSessionApp(version, { keys: keys as unknown as string[] })
        const { cookie } = await app.visit({ n: 1 })
        await app.close()
        const given = keys === sha256 ? sha256 : [newest, oldest]
        const world = createWorld(cookieSessionSource({ name, keys: given, until: nextYear() }))
        expect((await world.visitor(cookie).read())?.data).toEqual({ n: 1 })
      }
    })
  })

test('a session without a user is opened, and parallel requests with it lose no browser its session', async () => {
  const keys = [secret()]
  const app = await cookieSessionApp(2, { keys })
  const { cookie } = await app.visit({ views: 1 })
  await app.close()
  const world = createWorld(cookieSessionSource({ keys, until: nextYear() }))
  const browser = world.visitor(cookie)
  const requests = await Promise.all([browser.begin(), browser.begin(), browser.begin()])
  await Promise.all(requests.map(({ finish }) => finish()))
  expect(await browser.read()).toEqual({ data: { views: 1 }, userId: undefined })
})

test.each(['W10=', 'bnVsbA==', 'e30=', 'MQ==', '!!!', ''])(
  'a genuine cookie with %s holds no session',
  async (value) => {
    const keys = [secret()]
    const signature = new Keygrip(keys).sign(`session=${value}`)
    const world = createWorld(cookieSessionSource({ keys, until: nextYear() }))
    expect(await world.callsOfRefused(`session=${value}; session.sig=${signature}`)).toEqual([])
  },
)

test.each([
  [{ keys: [] }, /keys holds no secrets/],
  [{ keys: [''] }, /keys holds no secrets, or an empty one/],
  [{ keys: 'secret' }, /keys holds no secrets/],
  [{ secret: 'x' }, /has no option secret/],
  [{ until: undefined }, /until is missing/],
  [{ until: Number.NaN }, /until is no time/],
  [{ name: '' }, /name is no text/],
])('wrong options are refused: %j', (options, message) => {
  const given = { keys: [secret()], until: nextYear(), ...(options as object) }
  expect(() => cookieSessionSource(given)).toThrow(message)
})
