import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import { createBackendControl, createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { describe, expect, test } from 'vitest'
import { migrateStore, type SessionSource, type SourceOptions } from '../../src/index.ts'

/** An application with another library, and how its sessions are opened. */
export interface OldApplication {
  /** Makes a session of the user `ann` with the cart `['a']`. Returns the `Cookie` header of its browser. */
  logIn(): Promise<string>
  /** Returns the source of its sessions, whose user is `ann`. */
  source(options: SourceOptions): SessionSource
  /** Returns whether the store has the session of a browser, if there is a store. */
  has?(cookie: string): Promise<boolean>
  /** Remembers all records of the store, if there is one, and returns what writes them again. */
  remember?(): Promise<() => Promise<void>>
}

/** What a cookie is changed into so that it is not genuine. `value` is as the browser sends it. */
export type Forgery = (value: string) => string

/** Forgeries of any signed or sealed cookie. */
export const forgeries: Readonly<Record<string, Forgery>> = {
  'cut by one character': (value) => value.slice(0, -1),
  'a character longer': (value) => `${value}A`,
  'another first character': (value) => (value.startsWith('A') ? 'B' : 'A') + value.slice(1),
  'another character in the middle': (value) => {
    const at = Math.floor(value.length / 2)
    return value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
  },
  empty: () => '',
  'a percent sign': () => '%',
  oversize: (value) => value.repeat(Math.ceil(9_000 / value.length)),
  'of another library': () => 's%3AkopSkkS3O9bTIT60yZ3iDlkZgAW3YEjj.5q4zwfk%2BrjB7bkrfyy5pZYX0',
}

/**
 * Proves what every source promises, through a manager, with sessions that the real library has made.
 * @param forged The forgeries that must cost no call of the store, by name.
 */
export function proveSource(
  name: string,
  start: () => Promise<OldApplication>,
  forged: Readonly<Record<string, Forgery>>,
): void {
  describe(name, () => {
    test('the first request opens the old session, and moves it', async () => {
      const { server, old, visit } = await createWorld(start)
      const cookie = await old.logIn()
      const ann = visit(cookie)
      await ann.request((session) => {
        expect(session.userId).toBe('ann')
        expect({ ...session.data }).toMatchObject({ user: 'ann', cart: ['a'] })
        session.data['n'] = 1
      })
      expect(ann.cookie).toMatch(/^sojourn=[^;]+$/) // the old cookie is deleted
      expect((await old.has?.(cookie)) ?? false).toBe(false)
      expect(await ann.read()).toMatchObject({ data: { cart: ['a'], n: 1 }, userId: 'ann' })
      expect(await server.sessions('ann')).toHaveLength(1)
    })

    test('parallel first requests make one session', async () => {
      const { server, old, visit } = await createWorld(start)
      const cookie = await old.logIn()
      const visitors = Array.from({ length: 8 }, () => visit(cookie))
      await Promise.all(
        visitors.map((visitor, n) =>
          visitor.request((session) => {
            session.data[`n${n}`] = n
          }),
        ),
      )
      expect(await server.sessions('ann')).toHaveLength(1)
      for (const visitor of visitors)
        expect(await visitor.read()).toMatchObject({ data: { n0: 0, n7: 7 }, userId: 'ann' })
    })

    test('after a logout the old cookie opens nothing, although its record is written again', async () => {
      const { old, visit, clock, forgetEnds } = await createWorld(start)
      const cookie = await old.logIn()
      const writeAgain = await old.remember?.()
      const ann = visit(cookie)
      await ann.request()
      await ann.request((session) => session.destroy())
      expect(ann.cookie).toBeUndefined()
      await writeAgain?.()
      for (let minutes = 0; minutes < 3; minutes++) {
        expect(await visit(cookie).read()).toBeNull()
        clock.now += 60_000
        forgetEnds()
      }
    })

    test('revokeAll reaches a session that has not moved', async () => {
      const { server, old, visit, clock } = await createWorld(start)
      const cookie = await old.logIn()
      clock.now += 1_000
      await server.revokeAll('ann')
      expect(await visit(cookie).read()).toBeNull()
    })

    test('after until the source opens nothing', async () => {
      const { old, visit, clock } = await createWorld(start, { until: Date.now() + 3_600_000 })
      const cookie = await old.logIn()
      expect(await visit(cookie).read()).not.toBeNull()
      clock.now += 3_600_000
      expect(await visit(await old.logIn()).read()).toBeNull()
    })

    test.each(Object.entries(forged))('%s: costs no call of the store', async (_, forge) => {
      const { old, visit, takeCalls } = await createWorld(start)
      const cookie = await old.logIn()
      const equals = cookie.indexOf('=')
      const forgedCookie = `${cookie.slice(0, equals)}=${forge(cookie.slice(equals + 1))}`
      takeCalls()
      expect(await visit(forgedCookie).read()).toBeNull()
      expect(takeCalls()).toEqual([])
    })
  })
}

/** Runs a server that takes over the sessions of an old application, beside that. Its clock begins with the real time. */
async function createWorld(start: () => Promise<OldApplication>, options: SourceOptions = {}) {
  const old = await start()
  const entries: Entries = new Map()
  const control = createBackendControl()
  const clock = { now: Date.now() }
  const source = old.source({ userId: (data) => data['user'], ...options })
  const oldCalls: string[] = []
  const { find } = source
  const counted: SessionSource = find
    ? {
        ...source,
        find(...args) {
          oldCalls.push('find')
          return find(...args)
        },
      }
    : source
  const server = createSessionManager<TestData>(
    devConfig(randomBytes(32), {
      cookieName: 'sojourn',
      store: migrateStore({
        from: counted,
        to: keyedStore(control.wrap(referenceBackend({ entries }))),
      }),
      clock: () => clock.now,
      warn: () => undefined,
    }),
  )
  return {
    server,
    old,
    clock,
    /** Returns the calls of both stores since it was called last. */
    takeCalls: () => [...oldCalls.splice(0), ...control.takeCalls()],
    visit: (cookie: string) => createVisitor<TestData>(server, cookie),
    /** Lets the tombstones expire. */
    forgetEnds() {
      for (const [id, entry] of entries) if ('ended' in entry) entries.delete(id)
    },
  }
}
