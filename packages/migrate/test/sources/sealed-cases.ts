import { expect, test } from 'vitest'
import type { SessionSource } from '../../src/index.ts'
import type { OldApp } from './old-apps.ts'
import { afterTombstone, createWorld } from './source-world.ts'

/** A session library whose sessions are in cookies, in one version. */
export interface SealedLibrary {
  /** Starts an application with the library. `secrets` are those of the application: other ones make it a foreign one. */
  start(secrets: 'ours' | 'foreign'): Promise<OldApp>
  /** Returns a source with the options of the application. */
  source(options?: { until?: number }): SessionSource
  /** When sessions end that are made now, in ms from now; `undefined` if only `until` ends them. */
  readonly lifetimeMs: number | undefined
  /** Whether two browsers may have the same cookie. */
  readonly hasEqualCookies: boolean
}

const user = { user: { id: 'ann' }, cart: ['tea', 'Brötchen'], since: '2026-01-02T03:04:05.000Z' }

/** Defines the cases that hold for every library whose sessions are in cookies. */
export function defineSealedCases(library: SealedLibrary): void {
  const { start, source, lifetimeMs, hasEqualCookies } = library
  const withApp = async (run: (app: OldApp) => Promise<void>, secrets?: 'foreign') => {
    const app = await start(secrets ?? 'ours')
    try {
      await run(app)
    } finally {
      await app.close()
    }
  }
  const cookieOf = async (app: OldApp, data: object = user) => (await app.visit(data)).cookie

  test('its session opens with its data and user, and gets a token; its cookies are cleared', () =>
    withApp(async (app) => {
      const { cookie, data } = await app.visit(user)
      expect(await app.visit(undefined, cookie)).toEqual({ cookie, data })
      const world = createWorld(source())
      const ann = world.visitor(cookie)
      await ann.request((session) => {
        expect(session.userId).toBe('ann')
        expect({ ...session.data }).toEqual(data)
        session.data['new'] = 1
      })
      expect(ann.cookie).toMatch(/^sid=[^;]+$/)
      expect(await ann.read()).toEqual({ data: { ...user, new: 1 }, userId: 'ann' })
      expect(await world.manager.sessions('ann')).toHaveLength(1)
    }))

  test('after a logout its cookie opens nothing, whoever has a copy of it, and whenever', () =>
    withApp(async (app) => {
      const cookie = await cookieOf(app)
      const world = createWorld(source())
      const [ann, thief] = [world.visitor(cookie), world.visitor(cookie)]
      await ann.request((session) => {
        session.data['new'] = 1
      })
      await ann.request((session) => session.destroy())
      expect(await thief.read()).toBeNull()
      world.clock.ahead += afterTombstone
      expect(await thief.read()).toBeNull()
      await thief.request((session) => {
        session.data['late'] = 1
      })
      expect((await thief.read())?.data).toEqual({ late: 1 })
    }))

  test('a logout in the first request with its cookie ends it too', () =>
    withApp(async (app) => {
      const cookie = await cookieOf(app)
      const world = createWorld(source())
      await world.visitor(cookie).request((session) => session.destroy())
      world.clock.ahead += afterTombstone
      expect(await world.visitor(cookie).read()).toBeNull()
    }))

  test('a revocation by its id, or of all sessions of its user, ends it for copies of its cookie too', () =>
    withApp(async (app) => {
      const [first, second] = [await cookieOf(app), await cookieOf(app, { ...user, cart: [] })]
      const world = createWorld(source())
      const id = await world.visitor(first).request((session) => {
        session.data['new'] = 1
        return session
      })
      await world.manager.revoke(id.id)
      await world.manager.revokeAll('ann')
      world.clock.ahead += afterTombstone
      expect(await world.visitor(first).read()).toBeNull()
      expect(await world.visitor(second).read()).toBeNull()
    }))

  if (hasEqualCookies)
    test('browsers with equal cookies get a session each, until one of these has ended', () =>
      withApp(async (app) => {
        const cookie = await cookieOf(app)
        const world = createWorld(source())
        const [phone, laptop, late] = [cookie, cookie, cookie].map((each) => world.visitor(each))
        await phone?.request(({ data }) => void Object.assign(data, { at: 'phone' }))
        await laptop?.request(({ data }) => void Object.assign(data, { at: 'laptop' }))
        expect((await phone?.read())?.data).toEqual({ ...user, at: 'phone' })
        expect((await laptop?.read())?.data).toEqual({ ...user, at: 'laptop' })
        expect(await world.manager.sessions('ann')).toHaveLength(2)
        await laptop?.request((session) => session.destroy())
        world.clock.ahead += afterTombstone
        expect(await late?.read()).toBeNull()
        expect((await phone?.read())?.data).toEqual({ ...user, at: 'phone' })
      }))
  else
    test('parallel first requests become one session', () =>
      withApp(async (app) => {
        const cookie = await cookieOf(app)
        const world = createWorld(source())
        const tabs = Array.from({ length: 5 }, () => world.visitor(cookie))
        await Promise.all(
          tabs.map((tab, at) =>
            tab.request(({ data }) => void Object.assign(data, { [`tab${at}`]: at })),
          ),
        )
        const seen = await Promise.all(tabs.map((tab) => tab.read()))
        for (const each of seen)
          expect(each?.data).toEqual({ ...user, tab0: 0, tab1: 1, tab2: 2, tab3: 3, tab4: 4 })
        expect(await world.manager.sessions('ann')).toHaveLength(1)
      }))

  test('with keepOld its cookies stay, for servers with the library, and open nothing here after a logout', () =>
    withApp(async (app) => {
      const { cookie, data } = await app.visit(user)
      const world = createWorld(source({ until: Date.now() + 60_000 }), { keepOld: true })
      const ann = world.visitor(cookie)
      await ann.request()
      expect(ann.cookie).toContain(cookie)
      expect((await app.visit(undefined, ann.cookie)).data).toEqual(data)
      await ann.request((session) => session.destroy())
      expect(await ann.read()).toBeNull()
      await ann.request((session) => session.login('bob'))
      expect((await ann.read())?.userId).toBe('bob')
    }))

  test('an expired session is refused before any store call', () =>
    withApp(async (app) => {
      const cookie = await cookieOf(app)
      if (lifetimeMs !== undefined) {
        const world = createWorld(source())
        world.clock.ahead = lifetimeMs + 1000
        expect(await world.callsOfRefused(cookie)).toEqual([])
        world.clock.ahead = lifetimeMs - 10_000
        expect(await world.visitor(cookie).read()).not.toBeNull()
      }
      const until = Date.now() + 60_000
      const world = createWorld(source({ until }))
      expect(await world.visitor(cookie).read()).not.toBeNull()
      world.clock.ahead = 60_001
      expect(await world.callsOfRefused(cookie)).toEqual([])
    }))

  test('a cookie of another secret, and one that is too long, are refused before any store call', async () => {
    const world = createWorld(source())
    await withApp(async (app) => {
      expect(await world.callsOfRefused(await cookieOf(app))).toEqual([])
    }, 'foreign')
    await withApp(async (app) => {
      const cookie = await cookieOf(app)
      const [name = ''] = cookie.split('=')
      for (const length of [1, 4096, 8000]) {
        const long = cookie.replace(/=[^;]+/, (value) => `${value}${'A'.repeat(length)}`)
        expect(await world.callsOfRefused(long), `${name} with ${length} more`).toEqual([])
      }
      expect(await world.callsOfRefused(`${name}=`)).toEqual([])
      expect(await world.callsOfRefused(`${name}=${'A'.repeat(9000)}`)).toEqual([])
    })
  })
}
