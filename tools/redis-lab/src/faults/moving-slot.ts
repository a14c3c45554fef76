import { expect, test } from 'vitest'
import { startCluster } from '../cluster.ts'
import type { Connect } from '../connect.ts'
import { type FaultFixture, fixtureOn, loggedIn } from '../fault-fixture.ts'
import { startMoving } from '../moving-slot.ts'

/** Registers a test in which a Cluster moves the slot of a user's sessions from one master to another. */
export function proveMovingSlot(connect: Connect): void {
  test('a slot that moves, its index ahead of its sessions: they are found, and none is missed', async () => {
    const fixture = await fixtureOn(await startCluster(), connect)
    await expectFoundWhileMoving(fixture, 'ann', 1)
    await expectFoundWhileMoving(fixture, 'bob', 2)
  })
}

/**
 * Half-way through the move. The new node treats a single key that has not arrived as absent, so one session is a
 * case of its own.
 */
async function expectFoundWhileMoving(
  fixture: FaultFixture,
  userId: string,
  count: number,
): Promise<void> {
  const { manager } = fixture
  const users = await Promise.all(Array.from({ length: count }, () => loggedIn(fixture, userId)))
  const { masters, index } = await mastersAndIndex(fixture)
  const slot = await startMoving(masters, index)
  await slot.move(index)
  const seen = await Promise.all(users.map((user) => user.read()))
  expect(seen.map((peeked) => peeked?.userId)).toEqual(users.map(() => userId))
  const unavailable = expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' })
  await expect(manager.sessions(userId)).rejects.toEqual(unavailable)
  await expect(manager.revokeAll(userId)).rejects.toEqual(unavailable)
  await slot.finish()
  expect(await manager.sessions(userId)).toHaveLength(count)
  expect(await manager.revokeAll(userId)).toBe(count)
  expect(await Promise.all(users.map((user) => user.read()))).toEqual(users.map(() => null))
}

/** Returns the masters, and the key of the only index. */
async function mastersAndIndex({ nodes, prefix }: FaultFixture) {
  const masters = nodes.slice(0, nodes.length / 2)
  const keys = await Promise.all(masters.map((node) => node.command('KEYS', `${prefix}*}`)))
  return { masters, index: String(keys.flat()[0]) }
}
