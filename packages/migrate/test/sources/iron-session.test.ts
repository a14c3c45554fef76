import { describe, expect, test } from 'vitest'
import { type IronSessionOptions, ironSessionSource } from '../../src/iron-session.ts'
import { ironSessionApp, secret } from './old-apps.ts'
import { defineSealedCases } from './sealed-cases.ts'
import { createWorld, replaceValue } from './source-world.ts'

const cookieName = 'app'
const userId: IronSessionOptions['userId'] = (data) => data['user']?.id
const hour = 3600

for (const version of [9, 8] as const)
  describe(`iron-session ${version}`, () => {
    const [oldest, newest, foreign] = [secret(), secret(), secret()]

    defineSealedCases({
      start: (secrets) =>
        ironSessionApp(version, {
          cookieName,
          password: secrets === 'ours' ? newest : foreign,
          ttl: hour,
        }),
      source: (options) =>
        ironSessionSource({ cookieName, password: newest, ttl: hour, userId, ...options }),
      lifetimeMs: hour * 1000,
      hasEqualCookies: false,
    })

    test('passwords by their ids: each opens what it has sealed, and nothing else', async () => {
      const app = await ironSessionApp(version, { cookieName, password: { 2: newest, 1: oldest } })
      const { cookie } = await app.visit({ n: 1 })
      await app.close()
      expect(cookie).toContain('Fe26.2*2*')
      const opened = createWorld(
        ironSessionSource({ cookieName, password: { 2: newest, 3: foreign } }),
      )
      expect((await opened.visitor(cookie).read())?.data).toEqual({ n: 1 })
      for (const password of [newest, { 2: foreign, 1: newest }]) {
        const world = createWorld(ironSessionSource({ cookieName, password }))
        expect(await world.callsOfRefused(cookie)).toEqual([])
      }
    })

    test('a password may have a time as its id', async () => {
      const password = { 1700000000000: newest }
      const app = await ironSessionApp(version, { cookieName, password })
      const { cookie } = await app.visit({ n: 1 })
      await app.close()
      const world = createWorld(ironSessionSource({ cookieName, password }))
      expect((await world.visitor(cookie).read())?.data).toEqual({ n: 1 })
    })

    test('ttl 0: it is opened until the migration ends', async () => {
      const app = await ironSessionApp(version, { cookieName, password: oldest, ttl: 0 })
      const { cookie } = await app.visit({ n: 1 })
      await app.close()
      const options = { cookieName, password: oldest }
      expect(await createWorld(ironSessionSource(options)).callsOfRefused(cookie)).toEqual([])
      const until = Date.now() + 60_000
      const world = createWorld(ironSessionSource({ ...options, ttl: 0, until }))
      expect((await world.visitor(cookie).read())?.data).toEqual({ n: 1 })
    })

    test('what iron-session ignores, the end of the seal, is not another spelling of it', async () => {
      const app = await ironSessionApp(version, { cookieName, password: oldest })
      const { cookie } = await app.visit({ n: 1 })
      await app.close()
      const world = createWorld(ironSessionSource({ cookieName, password: oldest }))
      for (const end of ['', '~', '~1', '~3', '~2~2', '=~2'])
        expect(await world.callsOfRefused(cookie.replace(/~2$/, end)), end).toEqual([])
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      for (const more of [1, 2, 3]) {
        const sameBytes = cookie.replace(/(.)~2$/, (_, last: string) => {
          return `${alphabet[alphabet.indexOf(last) + more]}~2`
        })
        expect(await world.callsOfRefused(sameBytes)).toEqual([])
      }
    })
  })

test('iron-session 9 in chunks: all of them, in their order, and no other ones', async () => {
  const password = secret()
  const app = await ironSessionApp(9, { cookieName, password, chunk: true })
  const [{ cookie }, { cookie: other }] = [
    await app.visit({ text: 'x'.repeat(9000), user: { id: 'ann' } }),
    await app.visit({ text: 'y'.repeat(9000) }),
  ]
  await app.close()
  expect(cookie.split('; ')).toHaveLength(4)
  const world = createWorld(ironSessionSource({ cookieName, password, userId }))
  const ann = world.visitor(cookie)
  await ann.request()
  expect(ann.cookie).toMatch(/^sid=[^;]+$/)
  expect((await ann.read())?.data['text']).toHaveLength(9000)
  const emptied = createWorld(ironSessionSource({ cookieName, password }))
  expect(await emptied.visitor(`${cookieName}=; ${cookie}`).read()).not.toBeNull()

  const [first = '', second = '', third = '', fourth = ''] = cookie.split('; ')
  const [, foreign = ''] = other.split('; ')
  const swapped = replaceValue(cookie, 'app.1', () => third.slice('app.2='.length))
  for (const refused of [
    [first, second, third].join('; '),
    [first, foreign, third, fourth].join('; '),
    [second, third, fourth].join('; '),
    swapped,
  ])
    expect(await world.callsOfRefused(refused)).toEqual([])
})

test('a whole cookie beside chunks: rubbish changes nothing, a genuine one of somebody else is ambiguous', async () => {
  const password = secret()
  const app = await ironSessionApp(9, { cookieName, password, chunk: true })
  const { cookie: chunks } = await app.visit({ text: 'x'.repeat(9000), user: { id: 'ann' } })
  const { cookie: planted } = await app.visit({ user: { id: 'mallory' } })
  await app.close()
  const world = createWorld(ironSessionSource({ cookieName, password, userId }))
  expect(await world.callsOfRefused(`${planted}; ${chunks}`)).toEqual([])
  expect(await world.visitor(`${cookieName}=x; ${chunks}`).read()).toMatchObject({ userId: 'ann' })
})

test.each([
  [{ password: 'short' }, /password is neither/],
  [{ password: {} }, /password is neither/],
  [{ password: { one: secret() } }, /password is neither/],
  [{ cookieName: '' }, /cookieName is no text/],
  [{ ttl: 0 }, /ttl is 0, and until is not set/],
  [{ ttl: -1 }, /ttl is -1/],
  [{ chunk: true }, /has no option chunk/],
])('wrong options are refused: %j', (options, message) => {
  const given = { cookieName, password: secret(), ...(options as object) }
  expect(() => ironSessionSource(given)).toThrow(message)
})
