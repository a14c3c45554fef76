// Every event of a manager is counted once, with the attributes that it has.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  createVisitor,
  signInBrowser,
  type TestData,
  testDeviceProtocol,
  type Visitor,
} from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { rollingSecret } from '@sojourn/core/secrets'
import { keyedStore } from '@sojourn/core/store'
import { memoryBackend, memoryStore } from '@sojourn/store-memory'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { attributesOf } from '../src/attributes.ts'
import { instrumentSessions } from '../src/index.ts'
import { eventNames } from '../src/measure.ts'
import { eventMetrics } from '../src/metrics.ts'
import { labelsText, linesOf, type Sdk, startSdk, testManager } from './support.ts'

let sdk: Sdk
beforeAll(() => {
  sdk = startSdk()
})
afterAll(() => sdk.shutdown())

/** What listeners of the test have heard. */
const heard = new Map<string, number>()
const seen = new Set<string>()

/** Instruments a manager, and counts its events apart. */
function follow<Data extends object>(manager: SessionManager<Data>): SessionManager<Data> {
  instrumentSessions(manager, sdk.providers)
  for (const name of eventNames)
    manager.on(name, (event) => {
      seen.add(name)
      const metric = eventMetrics[name]
      const attributes = attributesOf(metric.attributes as never, event as never)
      const line = `${metric.name.replace('sojourn.session.', '')}${labelsText(attributes)}`
      heard.set(line, (heard.get(line) ?? 0) + 1)
    })
  return manager
}

const logIn = (visitor: Visitor, userId = 'ada') =>
  visitor.request((session) => session.login(userId))
const put = (visitor: Visitor, value: unknown) =>
  visitor.request(({ data }) => void Object.assign(data, { value }))

test('all of them', async () => {
  await ordinaryRequests()
  await rotationsAndReplays()
  await conflicts()
  await clientsAndData()
  await boundedStores()
  await keyRolls()
  await deviceBindings()

  expect([...seen].toSorted()).toEqual([...eventNames].toSorted())
  expect(linesOf(await sdk.series(), 'sojourn.session.')).toEqual(
    [...heard].map(([line, count]) => `${line} ${count}`).toSorted(),
  )
})

async function ordinaryRequests() {
  const { manager, clock, fail } = testManager({ limit: { max: 1 } }, memoryBackend())
  follow(manager)
  const [first, second] = [createVisitor(manager), createVisitor(manager)]
  await put(first, 1)
  await logIn(first)
  await logIn(second) // evicts the first
  clock.now += 3_600_000
  await second.request() // a touch
  const down = fail(['find'])
  await expect(second.read()).rejects.toThrow()
  down.stop()
  await second.request((session) => session.destroy())
  await manager.revokeEverybody()
}

async function deviceBindings() {
  const { manager } = testManager({ deviceBound: testDeviceProtocol() })
  const browser = await signInBrowser(follow(manager))
  await browser.register()
  await browser.register() // refused: the challenge was used
  await browser.refresh()
}

async function rotationsAndReplays() {
  const { manager, clock } = testManager({ rotationInterval: '10m', touchInterval: '4m' })
  follow(manager)
  const user = createVisitor(manager)
  await logIn(user)
  const old = user.copy()
  const stuck = user.copy()
  for (let n = 0; n < 3; n++) {
    clock.now += 11 * 60_000
    await user.request()
    await user.request()
  }
  await old.request() // a replay, which ends the session
  await logIn(stuck)
  const { cookie } = stuck
  for (let n = 0; n < 20; n++) {
    clock.now += 4 * 60_000
    stuck.cookie = cookie // it takes over no token
    await stuck.request()
  }
}

async function conflicts() {
  const { manager, backend, clock } = testManager()
  follow(manager)
  const user = createVisitor(manager)
  await logIn(user)
  const [one, two] = [await user.begin(), await user.begin()]
  Object.assign(one.session.data, { value: 1 })
  Object.assign(two.session.data, { value: 2 })
  await one.finish()
  await two.finish()
  const late = await user.copy().begin()
  await user.request((session) => session.rotate())
  Object.assign(late.session.data, { value: 3 })
  await expect(late.finish()).rejects.toThrow()

  const { id } = (await manager.sessions('ada'))[0] ?? { id: '' }
  const row = await backend.find(id, { at: clock.now, signal: new AbortController().signal })
  if (!row || 'ended' in row) throw new Error('no row')
  await backend.replace(
    id,
    { ...row, version: 'broken', value: new Uint8Array([255, 255]) },
    { at: clock.now, signal: new AbortController().signal, expected: row.version },
  )
  await user.request()
}

async function clientsAndData() {
  const secretKey = randomBytes(32)
  const store = keyedStore(memoryBackend())
  const migrations = { 1: (data: unknown) => Object(data) }
  const options = { store, warn: () => undefined, fingerprint: { of: ['user-agent'] as const } }
  const of = (version: number): SessionManager<TestData> =>
    follow(
      createSessionManager<TestData>(
        devConfig(secretKey, { ...options, version, ...(version === 2 ? { migrations } : {}) }),
      ),
    )
  const [older, newer] = [of(1), of(2)]
  const user = createVisitor(newer)
  await logIn(user)
  await put(user, 1)
  await user.copy({ headers: { 'user-agent': 'thief' } }).request()
  const reading = user.at(older).request(({ data }) => void data['value'])
  await expect(reading).rejects.toThrow('newer version')
}

async function keyRolls() {
  const file = join(await mkdtemp(join(tmpdir(), 'secret-')), 'secret')
  const [old, next] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  await writeFile(file, old)
  const secret = rollingSecret(file)
  const options = { store: memoryStore(), warn: () => undefined, indexKey: old }
  const manager = follow(createSessionManager<TestData>(devConfig(secret, options)))
  await writeFile(file, `${next}\n${old}`)
  await secret.reload()
  await writeFile(file, 'short')
  await secret.reload()
  await manager.close()
  await rm(dirname(file), { recursive: true })
}

async function boundedStores() {
  vi.useFakeTimers()
  const store = memoryStore({ max: 1, warn: () => undefined })
  const options = { store, warn: () => undefined, maxAge: '10m', touchInterval: '1m' } as const
  const manager = follow(createSessionManager<TestData>(devConfig(randomBytes(32), options)))
  await logIn(createVisitor(manager), 'ada')
  await logIn(createVisitor(manager), 'bob') // displaces the first
  vi.advanceTimersByTime(11 * 60_000 + 2_000) // until the sweep that finds it expired
  await manager.close()
  vi.useRealTimers()
}
