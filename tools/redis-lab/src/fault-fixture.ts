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

/** Long enough for whatever a busy machine answers, and short enough to be waited for. In ms. */
const storeTimeout = 2_000

/** One application on servers that its test may break; all of it ends with the test. */
export interface FaultFixture {
  readonly nodes: readonly RedisNode[]
  /** The server, or the first of several. */
  readonly node: RedisNode
  readonly prefix: string
  readonly connection: Connection
  readonly manager: SessionManager<TestData>
  visitor(): Visitor
}

/** An application on a topology of its own. */
export async function fixtureOn(
  { address, nodes, stop }: AnyTopology,
  connect: Connect,
): Promise<FaultFixture> {
  onTestFinished(stop)
  return fixtureAt(address, { nodes, connect })
}

/** An application on a server of its own, with these lines in its redis.conf. */
export async function fixtureOnServer(connect: Connect, lines?: string[]): Promise<FaultFixture> {
  return fixtureOn(await startStandalone(lines), connect)
}

/** An application behind a wire that its test may break, and one beside it that goes straight. */
export async function fixtureBehindProxy(connect: Connect) {
  const straight = await fixtureOnServer(connect)
  const proxy = await startProxy(straight.node)
  onTestFinished(() => proxy.stop())
  const address = { kind: 'standalone', host: proxy.host, port: proxy.port } as const
  const { nodes, prefix } = straight
  return { straight, proxy, ...(await fixtureAt(address, { nodes, connect, prefix })) }
}

async function fixtureAt(
  address: Address,
  parts: { nodes: readonly RedisNode[]; connect: Connect; prefix?: string },
): Promise<FaultFixture> {
  const { nodes, connect, prefix = freshPrefix() } = parts
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

/** A visitor who is logged in. */
export async function loggedIn({ visitor }: FaultFixture, userId = 'ann'): Promise<Visitor> {
  const user = visitor()
  await user.visit((session) => session.login(userId))
  return user
}

/** Asks until the store answers again. */
export async function untilAvailable({ manager }: FaultFixture): Promise<void> {
  await until('the store to answer again', () => manager.ping().then(() => true))
}
