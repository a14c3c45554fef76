import type { TestData } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { type Endpoint, startProxy, startStandalone } from '@sojourn/redis-lab'
import { replicatedBackend } from '@sojourn/store-replicated'
import { afterAll } from 'vitest'
import { connectNodeRedis } from './redis.ts'

const durable = ['appendonly yes', 'appendfsync always']

/** Starts three servers, the third behind a proxy, and two processes over them. */
export async function startServers() {
  const [a, b, c] = await Promise.all([
    startStandalone(durable),
    startStandalone(durable),
    startStandalone(durable),
  ])
  const proxy = await startProxy(c.address)
  const endpoints = { a: a.address, b: b.address, c: proxy }
  const [one, two] = await Promise.all([startServer(endpoints), startServer(endpoints)])
  afterAll(async () => {
    for (const server of [one, two]) await server.stop()
    await proxy.stop()
    await Promise.all([a.stop(), b.stop(), c.stop()])
  })
  const [nodeA, nodeB] = [a.nodes[0], b.nodes[0]]
  if (!nodeA || !nodeB) throw new Error('A server has a node')
  return { nodeA, nodeB, proxy, servers: [one, two] }
}

async function startServer(endpoints: Readonly<Record<string, Endpoint>>) {
  const connections = await Promise.all(
    Object.entries(endpoints).map(
      async ([name, to]) => [name, await connectNodeRedis(to)] as const,
    ),
  )
  const instances = connections.map(([name, connection]) => [name, connection.backend('app:')])
  const backend = replicatedBackend(Object.fromEntries(instances))
  const store = keyedStore(backend)
  const manager = createSessionManager<TestData>(
    devConfig('a secret of the tests: 7f3b1c9e5d2a8460', { store, storeTimeout: '20s' }),
  )
  return {
    backend,
    manager,
    async stop() {
      await manager.close()
      for (const [, connection] of connections) connection.close()
    },
  }
}
