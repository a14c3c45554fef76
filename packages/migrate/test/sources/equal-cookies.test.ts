import { randomBytes } from 'node:crypto'
import { controlledBackend, createVisitor, type TestData } from '@sojourn/conformance/testing'
import { type ConfigOptions, createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import Keygrip from 'keygrip'
import { expect, test } from 'vitest'
import { cookieSessionSource } from '../../src/cookie-session.ts'
import { migrateStore } from '../../src/index.ts'
import { afterTombstone } from './source-world.ts'

const keys = ['a secret of the old application']

/** The cookies of cookie-session, as cookie-session.test.ts shows them to be. */
function cookieOf(data: object): string {
  const value = Buffer.from(JSON.stringify(data)).toString('base64')
  return `session=${value}; session.sig=${new Keygrip(keys).sign(`session=${value}`)}`
}

function createWorld(options: Partial<ConfigOptions> = {}) {
  const control = controlledBackend()
  const clock = { now: Date.UTC(2030, 0, 1) }
  const until = clock.now + 30 * 86_400_000
  const source = cookieSessionSource({ keys, until, userId: (data) => data['user'] })
  const manager = createSessionManager<TestData>(
    devConfig(randomBytes(32), {
      store: migrateStore({ from: source, to: keyedStore(control.backend) }),
      clock: () => clock.now,
      warn: () => undefined,
      ...options,
    }),
  )
  return {
    manager,
    control,
    visitor: (data: object) => createVisitor(manager, cookieOf(data)),
    /** Returns true if a browser with this cookie, which has waited until now, opens a session. */
    async opens(data: object) {
      clock.now += afterTombstone
      return (await createVisitor(manager, cookieOf(data)).read()) !== null
    },
  }
}

test('sessions of strangers with equal data stay apart', async () => {
  const world = createWorld()
  const [one, other] = [world.visitor({ views: 1 }), world.visitor({ views: 1 })]
  await one.request(({ data }) => void Object.assign(data, { address: 'of one' }))
  await other.request()
  expect((await other.read())?.data).toEqual({ views: 1 })
  expect((await one.read())?.data).toEqual({ views: 1, address: 'of one' })
})

test('a revocation by id refuses equal cookies, and no others', async () => {
  const world = createWorld()
  const id = await world.visitor({ user: 'ann' }).request(({ id }) => id)
  const [{ id: listed } = { id: '' }] = await world.manager.sessions('ann')
  expect(await world.opens({ user: 'ann' })).toBe(true)
  await world.manager.revoke(listed)
  expect(listed).toBe(id)
  expect(await world.opens({ user: 'ann' })).toBe(false)
  expect(await world.opens({ user: 'ann', device: 2 })).toBe(true)
  expect(await world.opens({ user: 'bob' })).toBe(true)
})

test('revokeAll refuses all cookies of the user', async () => {
  const world = createWorld()
  await world.manager.revokeAll('ann')
  expect(await world.opens({ user: 'ann' })).toBe(false)
  expect(await world.opens({ user: 'bob' })).toBe(true)
})

test('an eviction by the limit refuses equal cookies', async () => {
  const world = createWorld({ limit: { max: 1, onExceed: 'evict' } })
  await world.visitor({ user: 'ann' }).request()
  await createVisitor(world.manager).request((session) => session.login('ann'))
  expect(await world.opens({ user: 'ann' })).toBe(false)
})

test('a replay refuses equal cookies', async () => {
  const world = createWorld()
  const ann = world.visitor({ user: 'ann' })
  await ann.request()
  const thief = ann.copy()
  await ann.request((session) => session.rotate())
  await ann.request()
  for (let n = 0; n < 3; n++) expect(await world.opens({ user: 'ann' })).toBe(true) // for six minutes
  expect(await thief.read()).toBeNull()
  expect(await ann.read()).toBeNull()
  expect(await world.opens({ user: 'ann' })).toBe(false)
})

test('the login of a visitor refuses no cookie of others; a login over a session of a user does', async () => {
  const world = createWorld()
  await world.visitor({ cart: [] }).request((session) => session.login('ann'))
  expect(await world.opens({ cart: [] })).toBe(true)
  await world.visitor({ user: 'bob' }).request((session) => session.login('ann'))
  expect(await world.opens({ user: 'bob' })).toBe(false)
})

test('a request that imports an equal cookie while the session of another one ends does not outlive it', async () => {
  const world = createWorld()
  const ann = world.visitor({ user: 'ann' })
  await ann.request()
  const late = await world.visitor({ user: 'ann' }).begin()
  await ann.request((session) => session.destroy())
  await late.finish()
  expect(await createVisitor(world.manager, late.setCookies.join('; ')).read()).toBeNull()
  expect(await world.opens({ user: 'ann' })).toBe(false)
  expect(await world.manager.sessions('ann')).toEqual([])
})

test('if the refusal cannot be written, the session does not end', async () => {
  const world = createWorld()
  const ann = world.visitor({ user: 'ann' })
  await ann.request()
  const { session, finish } = await ann.begin()
  const outage = world.control.fail('insert')
  await expect(session.destroy()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  outage.stop()
  await finish()
  expect(await ann.read()).not.toBeNull()
  await ann.request((again) => again.destroy())
  expect(await world.opens({ user: 'ann' })).toBe(false)
})
