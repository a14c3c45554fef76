import { createVisitor } from '@sojourn/conformance/store'
import { startLoad, until } from '@sojourn/redis-lab'
import { expect, test } from 'vitest'
import { startLeavers } from './leavers.ts'
import { startServers } from './servers.ts'

const users = 20

test('one instance killed, one cut off and brought back stale, one emptied: nothing is lost, nothing comes back', async () => {
  const { nodeA, nodeB, proxy, servers } = await startServers()
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
