import { createVisitor, type TestData, type Visitor } from '@sojourn/conformance/store'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { onTestFinished } from 'vitest'
import type { Address } from './address.ts'
import type { Connect, Connection } from './connect.ts'
import { freshPrefix } from './prefix.ts'
import { startProxy } from './proxy.ts'
import type { RedisNode } from './redis-node.ts'
import { startStandalone } from './standalone.ts'
import type { AnyTopology } from './topology.ts'
import { until } from './until.ts'

/** In ms: long enough for replies on a busy machine, and short enough for tests to wait for timeouts. */
const storeTimeout = 2_000

/** One application on servers that its test may break; everything is stopped when the test finishes. */
export interface FaultFixture {
  readonly nodes: readonly RedisNode[]
  /** The first of `nodes`. */
  readonly node: RedisNode
  readonly prefix: string
  readonly connection: Connection
  readonly manager: SessionManager<TestData>
  /** Creates a visitor of the application, without a cookie. */
  visitor(): Visitor
}

/** Starts an application on a topology of its own. */
export async function fixtureOn(
  { address, nodes, stop }: AnyTopology,
  connect: Connect,
): Promise<FaultFixture> {
  onTestFinished(stop)
  return fixtureAt(address, { nodes, connect })
}

/** Starts an application on a server of its own; `lines` are added to its redis.conf. */
export async function fixtureOnServer(connect: Connect, lines?: string[]): Promise<FaultFixture> {
  return fixtureOn(await startStandalone(lines), connect)
}

/** Starts an application behind a proxy that its test may break, and one that is connected directly, `direct`. */
export async function fixtureBehindProxy(connect: Connect) {
  const direct = await fixtureOnServer(connect)
  const proxy = await startProxy(direct.node)
  onTestFinished(() => proxy.stop())
  const address = { kind: 'standalone', host: proxy.host, port: proxy.port } as const
  const { nodes, prefix } = direct
  return { direct, proxy, ...(await fixtureAt(address, { nodes, connect, prefix })) }
}

async function fixtureAt(
  address: Address,
  options: { nodes: readonly RedisNode[]; connect: Connect; prefix?: string },
): Promise<FaultFixture> {
  const { nodes, connect, prefix = freshPrefix() } = options
  const [node] = nodes
  if (!node) throw new Error('A topology has a node')
  const connection = await connect(address)
  onTestFinished(() => connection.close())
  const store = connection.store(prefix)
  const config = devConfig('a secret of the tests: 7f3b1c9e5d2a8460', { store, storeTimeout })
  const manager = createSessionManager<TestData>(config)
  const visitor = () => createVisitor(manager)
  return { nodes, node, prefix, connection, manager, visitor }
}

/** Returns a visitor who is logged in. */
export async function loggedIn({ visitor }: FaultFixture, userId = 'ann'): Promise<Visitor> {
  const user = visitor()
  await user.request((session) => session.login(userId))
  return user
}

/** Resolves when the store is available again. */
export async function untilAvailable({ manager }: FaultFixture): Promise<void> {
  await until('the store to be available again', () => manager.ping().then(() => true))
}
