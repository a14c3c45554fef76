import { expect, test } from 'vitest'
import { fixtureOn, type FaultFixture, loggedIn } from '../fault-fixture.ts'
import { startCluster } from '../cluster.ts'
import type { Connect } from '../connect.ts'
import { startMoving } from '../moving-slot.ts'

/** A Cluster that hands a slot from one master to another, with the sessions of a user in it, as a test. */
export function proveMovingSlot(connect: Connect): void {
  test('a slot that moves, its index ahead of its sessions: they are found, and none is missed', async () => {
    const bench = await fixtureOn(await startCluster(), connect)
    await moveHalf(bench, 'ann', 1)
    await moveHalf(bench, 'bob', 2)
  })
}

/** A new node takes what is still on its way for absent, one key at a time; so one session is a case of its own. */
async function moveHalf(bench: FaultFixture, userId: string, count: number): Promise<void> {
  const { manager } = bench
  const users = await Promise.all(Array.from({ length: count }, () => loggedIn(bench, userId)))
  const { masters, index } = await holding(bench)
  const slot = await startMoving(masters, index)
  await slot.move(index)
  const seen = await Promise.all(users.map((user) => user.peek()))
  expect(seen.map((look) => look?.userId)).toEqual(users.map(() => userId))
  const unavailable = expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' })
  await expect(manager.sessions(userId)).rejects.toEqual(unavailable)
  await expect(manager.revokeAll(userId)).rejects.toEqual(unavailable)
  await slot.finish()
  expect(await manager.sessions(userId)).toHaveLength(count)
  expect(await manager.revokeAll(userId)).toBe(count)
  expect(await Promise.all(users.map((user) => user.peek()))).toEqual(users.map(() => null))
}

/** The masters, and the only index. */
async function holding({ nodes, prefix }: FaultFixture) {
  const masters = nodes.slice(0, nodes.length / 2)
  const keys = await Promise.all(masters.map((node) => node.command('KEYS', `${prefix}*}`)))
  return { masters, index: String(keys.flat()[0]) }
}
