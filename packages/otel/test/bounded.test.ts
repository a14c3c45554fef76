// Whatever clients and databases send: the time series are those of the closed lists, and no more.
import { randomBytes } from 'node:crypto'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type Session } from '@sojourn/core'
import { type Emit, keyedStore } from '@sojourn/core/store'
import { createTestCarrier } from '@sojourn/core/testing'
import { memoryBackend } from '@sojourn/store-memory'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { combinationsOf, other } from '../src/attributes.ts'
import { instrumentSessions } from '../src/index.ts'
import { eventMetrics, sessionDuration, storeDuration } from '../src/metrics.ts'
import { labelsText, type Sdk, startSdk, testManager } from './support.ts'

const requests = 100_000

let sdk: Sdk
afterEach(() => sdk.shutdown())

/** All series that there can be, as the metrics declare them. */
const allowed = new Set(
  [...Object.values(eventMetrics), sessionDuration, storeDuration].flatMap(
    ({ name, attributes }) => {
      const optional = attributes.filter((attribute) => attribute.name !== 'error.type')
      return [
        ...combinationsOf(attributes as never),
        ...combinationsOf(optional as never), // a success has no error.type
        ...combinationsOf(optional as never).map((row) => ({ ...row, 'error.type': other })),
      ].map((row) => `${name}${labelsText(row)}`)
    },
  ),
)

/** Headers, user ids and data as an attacker would choose them, the same in every run. */
const hostileTexts = fc.sample(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.base64String({ maxLength: 120 }),
    fc.constantFrom(
      '',
      'sid',
      '__proto__',
      'constructor',
      '_OTHER',
      '{}',
      '"\n# HELP',
      'a'.repeat(5000),
    ),
  ),
  { numRuns: 4096, seed: 1 },
)

test(`${requests.toLocaleString('en')} hostile requests make no series that is not declared`, async () => {
  sdk = startSdk()
  const made = testManager({ limit: { max: 2 }, storeTimeout: '5s' })
  instrumentSessions(made.manager, sdk.providers)
  const text = (n: number) => hostileTexts[n % hostileTexts.length] ?? ''
  const visitors = Array.from({ length: 16 }, () => createVisitor(made.manager))
  const acts: readonly ((session: Session<TestData>, n: number) => unknown)[] = [
    (session, n) => session.login(`user ${text(n)}`),
    ({ data }, n) => void Object.assign(data, { n, [`key ${text(n)}`]: text(n + 1) }),
    (session) => session.update((data) => void Object.assign(data, { n: 1 })),
    (session) => session.destroy(),
    (session) => session.rotate(),
    (session, n) => session.login(`few ${n % 3}`),
  ]
  for (let n = 0; n < requests; n++) {
    const visitor = visitors[n % visitors.length]
    const act = acts[n % acts.length]
    if (n % 10 === 0 && visitor && act)
      await visitor.request((session) => act(session, n)).catch(() => 0)
    else {
      const token = `${text(n)}.${text(n * 7)}`
      const carrier = createTestCarrier({
        cookie: n % 3 === 0 ? text(n) : `sid=${token}; ${text(n)}=${text(n + 1)}`,
        headers: { 'user-agent': text(n + 2), traceparent: text(n + 3), authorization: text(n) },
      })
      const session = await made.manager.load(carrier)
      await made.manager.commit(session, carrier)
    }
  }
  const series = await sdk.series()
  const operated = series.filter(({ name }) => name === sessionDuration.name)
  const counted = operated.reduce((sum, { value }) => sum + value, 0)
  expect(counted).toBeGreaterThan(requests * 0.6) // those without a cookie have nothing to measure
  expect(series.map(({ name, attributes }) => `${name}${labelsText(attributes)}`)).toSatisfy(
    (found: string[]) => found.every((one) => allowed.has(one)),
  )
  expect(series.length).toBeLessThan(150)
})

test('what a store of an application emits is _OTHER if it is in no list', async () => {
  sdk = startSdk()
  let emit: Emit = () => undefined
  const store = keyedStore((env) => {
    emit = env.emit
    return memoryBackend()
  })
  const manager = createSessionManager(devConfig(randomBytes(32), { store, warn: () => undefined }))
  instrumentSessions(manager, sdk.providers)
  for (let n = 0; n < 1000; n++) {
    const error = Object.assign(new Error('odd'), { code: `ERR_${n}` })
    emit('failed', { operation: `SELECT ${n}`, error })
    emit('discarded', { what: 'token', why: `why ${n}` as never, id: undefined })
    emit('ended', { id: `g.${n}`, reason: `reason ${n}` as never })
  }
  const series = await sdk.series()
  const others = series.filter(({ attributes }) => Object.values(attributes).includes(other))
  expect(
    others
      .map(({ name, attributes, value }) => `${name}${labelsText(attributes)} ${value}`)
      .toSorted(),
  ).toEqual([
    'sojourn.session.discarded{what=token,why=_OTHER} 1000',
    'sojourn.session.ended{reason=_OTHER} 1000',
    'sojourn.session.failed{error.type=_OTHER,operation=_OTHER} 1000',
  ])
})
