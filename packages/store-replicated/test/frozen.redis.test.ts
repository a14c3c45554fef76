import { createVisitor } from '@sojourn/conformance/store'
import { startLoad, until } from '@sojourn/redis-lab'
import { expect, test } from 'vitest'
import { startLeavers } from './leavers.ts'
import { startServers } from './servers.ts'

test('an instance that hangs with its connections open: no request fails, and nothing comes back when it continues', async () => {
  const { nodeA, nodeB, servers } = await startServers()
  const managers = servers.map(({ manager }) => manager)
  const visitors = managers.map((manager) => createVisitor(manager))
  for (const [index, visitor] of visitors.entries())
    await visitor.request((session) => session.login(`user ${index}`))
  const load = startLoad(visitors)
  const leavers = startLeavers(managers)
  const someLogouts = async () => {
    const before = leavers.count()
    await until('some logouts', () => leavers.count() >= before + 30)
  }
  const stateOfA = () => servers.map(({ backend }) => backend.instances()[0]?.state)

  await someLogouts()
  for (let round = 0; round < 2; round++) {
    nodeA.freeze()
    await someLogouts()
    await until('both to leave it alone', () => stateOfA().every((state) => state === 'failing'))
    await someLogouts() // which b and c alone know
    nodeA.thaw()
    await until('both to use it', () => stateOfA().every((state) => state === 'ready'))
  }
  await servers[0]?.backend.repair()
  await nodeB.kill() // what was missed, a must have by now
  await someLogouts()

  await load.stop()
  await leavers.stop()
  expect(load.failures() + leavers.failures()).toBe(0)
  await load.expectExact()
  expect(await leavers.alive()).toEqual([])
})
