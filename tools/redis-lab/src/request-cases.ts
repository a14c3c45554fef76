import { deepEqual } from 'node:assert/strict'
import { createVisitor, type TestData } from '@sojourn/conformance/store'
import {
  createSessionManager,
  devConfig,
  type SessionManager,
  type StoreFactory,
} from '@sojourn/core'
import type { TrafficMonitor } from './monitor.ts'

/** A store on a server without other clients, and the monitor of that server. */
interface RequestFixture {
  readonly store: StoreFactory
  readonly monitor: TrafficMonitor
}

/** The commands that one request may send to Redis. Data, so that every driver runs the same cases. */
export interface RequestCase {
  readonly title: string
  run(fixture: RequestFixture): Promise<void>
}

const t0 = Date.UTC(2030, 0, 1)
const secret = 'a secret of the tests: 7f3b1c9e5d2a8460'

/** The client's commands for each kind of request (P6, P7). */
export const requestCases: readonly RequestCase[] = [
  requestCase('an anonymous request that keeps nothing asks nothing', [], async (manager) => {
    const visitor = createVisitor(manager)
    return () => visitor.request(({ data }) => Object.keys(data))
  }),
  requestCase('a forged cookie asks nothing', [], async (manager) => {
    const genuine = await loggedIn(manager)
    const forger = createVisitor(
      manager,
      genuine.cookie?.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    )
    return () => forger.request(({ data }) => Object.keys(data))
  }),
  requestCase('reading a live session asks once', ['GET'], async (manager) => {
    const visitor = await loggedIn(manager)
    return () => visitor.request(({ data }) => data['n'])
  }),
  requestCase(
    'ten reads within the touch interval write nothing',
    Array(10).fill('GET'),
    async (manager) => {
      const visitor = await loggedIn(manager)
      return async () => {
        for (let n = 0; n < 10; n++) await visitor.request(({ data }) => data['n'])
      }
    },
  ),
  requestCase('changing a session asks twice', ['GET', 'EVALSHA'], async (manager) => {
    const visitor = await loggedIn(manager)
    return () => visitor.request(({ data }) => Object.assign(data, { n: 2 }))
  }),
  requestCase('the first change of a visitor asks once', ['EVALSHA'], async (manager) => {
    const visitor = createVisitor(manager)
    return () => visitor.request(({ data }) => Object.assign(data, { n: 1 }))
  }),
  requestCase('a login of a new visitor asks once', ['EVALSHA'], async (manager) => {
    const visitor = createVisitor(manager)
    return () => visitor.request((session) => session.login('ann'))
  }),
  requestCase(
    'a login from an anonymous session asks three times',
    ['GET', 'EVALSHA', 'EVALSHA'],
    async (manager) => {
      const visitor = createVisitor(manager)
      await visitor.request(({ data }) => Object.assign(data, { n: 1 }))
      return () => visitor.request((session) => session.login('ann'))
    },
  ),
  requestCase('a logout asks twice', ['GET', 'EVALSHA'], async (manager) => {
    const visitor = await loggedIn(manager)
    return () => visitor.request((session) => session.destroy())
  }),
]

/** Creates a case that checks the commands of one step. Every script is run before, so that each is cached. */
function requestCase(
  title: string,
  expected: readonly string[],
  prepare: (manager: SessionManager<TestData>) => Promise<() => Promise<unknown>>,
): RequestCase {
  return {
    title,
    async run({ store, monitor }) {
      const manager = createSessionManager<TestData>(
        devConfig(secret, { store, clock: () => t0, storeTimeout: '20s' }),
      )
      const warm = await loggedIn(manager)
      await warm.request((session) => session.destroy())
      const step = await prepare(manager)
      const { sent } = await monitor.during(step)
      deepEqual(
        sent.map(([name]) => name?.toUpperCase()),
        expected,
      )
    },
  }
}

async function loggedIn(manager: SessionManager<TestData>) {
  const visitor = createVisitor(manager)
  await visitor.request((session) => session.login('ann'))
  await visitor.request(({ data }) => Object.assign(data, { n: 1 }))
  return visitor
}
