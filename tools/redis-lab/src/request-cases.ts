import { deepEqual } from 'node:assert/strict'
import { createVisitor, type TestData } from '@sojourn/conformance/store'
import {
  createSessionManager,
  devConfig,
  type SessionManager,
  type StoreFactory,
} from '@sojourn/core'
import type { TrafficMonitor } from './monitor.ts'

/** A store on a server that nobody else uses, and a look at what it asks of it. */
interface RequestFixture {
  readonly store: StoreFactory
  readonly watch: TrafficMonitor
}

/** What one request may ask of Redis. Data, so that every driver runs the same. */
export interface RequestCase {
  readonly title: string
  run(bench: RequestFixture): Promise<void>
}

const t0 = Date.UTC(2030, 0, 1)
const secret = 'a secret of the tests: 7f3b1c9e5d2a8460'

/** Commands of the client for each kind of request (P6, P7). */
export const requestCases: readonly RequestCase[] = [
  asks('an anonymous request that keeps nothing asks nothing', [], async (manager) => {
    const visitor = createVisitor(manager)
    return () => visitor.visit(({ data }) => Object.keys(data))
  }),
  asks('a forged cookie asks nothing', [], async (manager) => {
    const genuine = await loggedIn(manager)
    const forger = createVisitor(
      manager,
      genuine.cookie?.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    )
    return () => forger.visit(({ data }) => Object.keys(data))
  }),
  asks('reading a live session asks once', ['GET'], async (manager) => {
    const visitor = await loggedIn(manager)
    return () => visitor.visit(({ data }) => data['n'])
  }),
  asks(
    'ten reads within the touch interval write nothing',
    Array(10).fill('GET'),
    async (manager) => {
      const visitor = await loggedIn(manager)
      return async () => {
        for (let n = 0; n < 10; n++) await visitor.visit(({ data }) => data['n'])
      }
    },
  ),
  asks('changing a session asks twice', ['GET', 'EVALSHA'], async (manager) => {
    const visitor = await loggedIn(manager)
    return () => visitor.visit(({ data }) => Object.assign(data, { n: 2 }))
  }),
  asks('the first change of a visitor asks once', ['EVALSHA'], async (manager) => {
    const visitor = createVisitor(manager)
    return () => visitor.visit(({ data }) => Object.assign(data, { n: 1 }))
  }),
  asks('a login of a new visitor asks once', ['EVALSHA'], async (manager) => {
    const visitor = createVisitor(manager)
    return () => visitor.visit((session) => session.login('ann'))
  }),
  asks(
    'a login from an anonymous session asks three times',
    ['GET', 'EVALSHA', 'EVALSHA'],
    async (manager) => {
      const visitor = createVisitor(manager)
      await visitor.visit(({ data }) => Object.assign(data, { n: 1 }))
      return () => visitor.visit((session) => session.login('ann'))
    },
  ),
  asks('a logout asks twice', ['GET', 'EVALSHA'], async (manager) => {
    const visitor = await loggedIn(manager)
    return () => visitor.visit((session) => session.destroy())
  }),
]

/** A case: makes ready, then counts what one more act asks. Before it every script was run once, so none is unknown. */
function asks(
  title: string,
  expected: readonly string[],
  prepare: (manager: SessionManager<TestData>) => Promise<() => Promise<unknown>>,
): RequestCase {
  return {
    title,
    async run({ store, watch }) {
      const manager = createSessionManager<TestData>(
        devConfig(secret, { store, clock: () => t0, storeTimeout: '20s' }),
      )
      const warm = await loggedIn(manager)
      await warm.visit((session) => session.destroy())
      const act = await prepare(manager)
      const { sent } = await watch.during(act)
      deepEqual(
        sent.map(([name]) => name?.toUpperCase()),
        expected,
      )
    },
  }
}

async function loggedIn(manager: SessionManager<TestData>) {
  const visitor = createVisitor(manager)
  await visitor.visit((session) => session.login('ann'))
  await visitor.visit(({ data }) => Object.assign(data, { n: 1 }))
  return visitor
}
