import Keygrip from 'keygrip'
import { describe, expect, test } from 'vitest'
import { type KoaSessionOptions, koaSessionSource } from '../../src/koa-session.ts'
import { koaSessionApp, secret } from './old-apps.ts'
import { defineSealedCases } from './sealed-cases.ts'
import { afterTombstone, createWorld, replaceValue } from './source-world.ts'

const userId: KoaSessionOptions['userId'] = (data) => data['user']?.id
const hour = 3_600_000

/** A store of koa-session in memory, like the one of its README, with what was asked of it. */
function createStore() {
  const records = new Map<string, unknown>()
  const calls: string[] = []
  return {
    records,
    calls,
    async get(key: string) {
      calls.push(`get ${key}`)
      return structuredClone(records.get(key))
    },
    async set(key: string, record: unknown, maxAge?: unknown) {
      calls.push(`set ${key} ${maxAge}`)
      records.set(key, JSON.parse(JSON.stringify(record)))
    },
    async destroy(key: string) {
      calls.push(`destroy ${key}`)
      records.delete(key)
    },
  }
}

for (const version of [7, 6] as const)
  describe(`koa-session ${version} in cookies`, () => {
    const [oldest, newest, foreign] = [secret(), secret(), secret()]
    defineSealedCases({
      start: (secrets) =>
        koaSessionApp(version, { maxAge: hour }, [secrets === 'ours' ? newest : foreign]),
      source: (options) => koaSessionSource({ keys: [newest, oldest], userId, ...options }),
      lifetimeMs: hour,
      hasEqualCookies: true,
    })

    test('with maxAge session it is opened until the migration ends, for browsers that close', async () => {
      const app = await koaSessionApp(version, { maxAge: 'session', key: 'app' }, [oldest])
      const [{ cookie }, { cookie: equal }] = [await app.visit({ n: 1 }), await app.visit({ n: 1 })]
      await app.close()
      expect(equal).toBe(cookie)
      const options = { keys: [oldest], key: 'app' }
      expect(await createWorld(koaSessionSource(options)).callsOfRefused(cookie)).toEqual([])
      const world = createWorld(koaSessionSource({ ...options, until: Date.now() + hour }))
      const { session, setCookies, finish } = await world.visitor(cookie).begin()
      expect(session.data).toEqual({ n: 1 })
      await finish()
      expect(setCookies.find((line) => line.startsWith('sid='))).not.toMatch(/Max-Age|Expires/)
    })

    test('the options decode and valid count', async () => {
      const encode = (data: object) => encodeURIComponent(JSON.stringify(data))
      const decode = (text: string) => JSON.parse(decodeURIComponent(text))
      const app = await koaSessionApp(version, { encode, decode }, [oldest])
      const { cookie } = await app.visit({ n: 1 })
      const { cookie: invalid } = await app.visit({ n: 2 })
      await app.close()
      const valid: KoaSessionOptions['valid'] = ({ n }) => n === 1
      const world = createWorld(koaSessionSource({ keys: [oldest], decode, valid }))
      expect((await world.visitor(cookie).read())?.data).toEqual({ n: 1 })
      expect(await world.callsOfRefused(invalid)).toEqual([])
      expect(
        await createWorld(koaSessionSource({ keys: [oldest] })).callsOfRefused(cookie),
      ).toEqual([])
    })
  })

for (const version of [7, 6] as const)
  describe(`koa-session ${version} in a store`, () => {
    const keys = [secret(), secret()]
    const start = async (data: object, options: object = {}) => {
      const store = createStore()
      const app = await koaSessionApp(version, { store, prefix: 'app:', ...options }, [...keys])
      const visit = await app.visit(data)
      await app.close()
      const world = createWorld(koaSessionSource({ keys, store, userId }))
      store.calls.length = 0
      return { store, world, ...visit }
    }

    test('its session opens with its data and user, and is then gone from the store', async () => {
      const { store, world, cookie, data } = await start({ user: { id: 'ann' }, n: 1 })
      const [key = ''] = store.records.keys()
      expect(key).toMatch(/^app:/)
      const ann = world.visitor(cookie)
      await ann.request((session) => {
        expect(session.userId).toBe('ann')
        expect({ ...session.data }).toEqual(data)
      })
      expect(ann.cookie).toMatch(/^sid=[^;]+$/)
      expect(store.records.size).toBe(0)
      expect((await ann.read())?.data).toEqual(data)
    })

    test('after a logout a copy of the cookie opens nothing, also when an old server wrote the record again', async () => {
      const { store, world, cookie } = await start({ user: { id: 'ann' } })
      const [[key, record] = []] = store.records
      const ann = world.visitor(cookie)
      await ann.request()
      await ann.request((session) => session.destroy())
      if (key !== undefined) await store.set(key, record)
      world.clock.ahead += afterTombstone
      expect(await world.visitor(cookie).read()).toBeNull()
    })

    test('a tampered cookie, and one of other keys, are refused before any store call', async () => {
      const { store, world, cookie } = await start({ n: 1 })
      const tampered = replaceValue(cookie, 'koa.sess', (value) => `${value}0`)
      const foreign = new Keygrip([secret()]).sign('koa.sess=app:1')
      for (const refused of [tampered, `koa.sess=app:1; koa.sess.sig=${foreign}`])
        expect(await world.callsOfRefused(refused)).toEqual([])
      expect(store.calls).toEqual([])
    })

    test('a session that has expired, or is gone, is none', async () => {
      const { store, world, cookie } = await start({ n: 1 }, { maxAge: hour })
      world.clock.ahead = hour - 10_000
      expect(await world.visitor(cookie).read()).not.toBeNull()
      world.clock.ahead = hour + 1
      expect(await world.visitor(cookie).read()).toBeNull()
      world.clock.ahead = 0
      store.records.clear()
      expect(await world.visitor(cookie).read()).toBeNull()
    })

    test('maxAge session: it lives as long as its record, and the new cookie as long as the browser', async () => {
      const { world, cookie } = await start({ n: 1 }, { maxAge: 'session' })
      world.clock.ahead = 3 * 24 * hour
      const { session, setCookies, finish } = await world.visitor(cookie).begin()
      expect(session.data).toEqual({ n: 1 })
      await finish()
      expect(setCookies.find((line) => line.startsWith('sid='))).not.toMatch(/Max-Age|Expires/)
    })

    test('externalKey finds the key in the cookie that the application signed', async () => {
      const store = createStore()
      const externalKey = {
        get: (ctx: { cookies: { get(name: string, o: object): string | undefined } }) =>
          ctx.cookies.get('ext', { signed: true })?.slice('v1.'.length),
        set: (
          ctx: { cookies: { set(name: string, value: string, o: object): void } },
          key: string,
        ) => ctx.cookies.set('ext', `v1.${key}`, { signed: true }),
      }
      const app = await koaSessionApp(version, { store, externalKey } as never, [...keys])
      const { cookie } = await app.visit({ n: 1 })
      await app.close()
      expect(cookie).toMatch(/^ext=v1\./)
      const source = koaSessionSource({
        keys,
        key: 'ext',
        store,
        externalKey: (value) => value.slice(3),
      })
      expect((await createWorld(source).visitor(cookie).read())?.data).toEqual({ n: 1 })
    })

    test('a store in trouble is an error, and an odd record is no session', async () => {
      const { store, world, cookie } = await start({ n: 1 })
      const [key = ''] = store.records.keys()
      store.records.set(key, '{"n":1}')
      expect(await world.visitor(cookie).read()).toBeNull()
      store.get = async () => {
        throw new Error('ECONNREFUSED')
      }
      await expect(world.visitor(cookie).read()).rejects.toMatchObject({
        code: 'ERR_STORE_UNAVAILABLE',
      })
    })
  })

test.each([
  [{ keys: [] }, /keys holds no secrets/],
  [{ store: {} }, /store is no store of koa-session/],
  [{ decode: 1 }, /decode is no function/],
  [{ store: createStore(), decode: JSON.parse }, /decode is set, and so is store/],
  [{ externalKey: String }, /externalKey is set, and store is not/],
  [{ key: '' }, /key is no text/],
  [{ maxAge: 1 }, /has no option maxAge/],
])('wrong options are refused: %j', (options, message) => {
  const given = { keys: [secret()], ...(options as object) }
  expect(() => koaSessionSource(given)).toThrow(message)
})
