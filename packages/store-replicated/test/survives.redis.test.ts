import { createVisitor, type TestData } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { type Endpoint, startLoad, startProxy, startStandalone, until } from '@sojourn/redis-lab'
import { replicatedBackend } from '@sojourn/store-replicated'
import { afterAll, expect, test } from 'vitest'
import { startLeavers } from './leavers.ts'
import { connectNodeRedis } from './redis.ts'

const durable = ['appendonly yes', 'appendfsync always']
const users = 20

/** Starts three servers, the third behind a proxy, and two processes over them. */
async function start() {
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

test('one instance killed, one cut off and brought back stale, one emptied: nothing is lost, nothing comes back', async () => {
  const { nodeA, nodeB, proxy, servers } = await start()
  const managers = servers.map(({ manager }) => manager)
  const managerOf = (index: number) => managers[index % 2] ?? expect.fail('There are two')
  const visitors = Array.from({ length: users }, (_, index) => createVisitor(managerOf(index)))
  for (const [index, visitor] of visitors.entries())
    await visitor.request((session) => session.login(`user ${index}`))
  const load = startLoad(visitors)
  const leavers = startLeavers(managers)
  const allReady = () =>
    until('all instances to count', () =>
      servers.every(({ backend }) => backend.instances().every(({ state }) => state === 'ready')),
    )
  const someLogouts = async () => {
    const before = leavers.count()
    await until('some logouts', () => leavers.count() >= before + 30)
  }

  await someLogouts()
  await nodeA.kill()
  await someLogouts() // which only b and c know
  await nodeA.restart()
  await allReady()
  await servers[0]?.backend.repair()

  proxy.refuse()
  proxy.cut()
  await someLogouts() // which only a and b know
  proxy.mend()
  await allReady() // c is stale
  await nodeB.kill() // of what c has missed, a alone knows
  await someLogouts()
  await nodeB.restart()
  await allReady()
  await servers[0]?.backend.repair()

  await nodeB.command('FLUSHALL')
  await someLogouts()
  await until('b to be empty for both', async () => Number(await nodeB.command('DBSIZE')) > users)
  await allReady()
  await nodeA.kill() // b has been filled, or this would end it
  await someLogouts()

  await load.stop()
  await leavers.stop()
  expect(load.failures() + leavers.failures()).toBe(0)
  await load.expectExact()
  expect(await leavers.alive()).toEqual([])
  const counts = await Promise.all(visitors.map(async (each) => (await each.read())?.data['n']))
  console.log(
    `${counts.reduce<number>((sum, n) => sum + Number(n), 0)} updates, ${leavers.count()} logouts`,
  )
})
