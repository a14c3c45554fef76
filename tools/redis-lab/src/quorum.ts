import { equal, rejects } from 'node:assert/strict'
import type { SessionBackend } from '@sojourn/core'
import type { RedisNode } from './redis-node.ts'

const at = Date.UTC(2030, 0, 1)
const row = {
  version: 'v1',
  priorVersions: [],
  touchedAt: at,
  expiresAt: at + 3_600_000,
  value: new Uint8Array(9),
}
const call = { at, signal: new AbortController().signal }

/**
 * Fails unless a backend that waits for one replica is content while there is one, says that the outcome is unknown
 * while it is frozen, lets touches pass all the same, and takes the same write again when the replica is back.
 * `waiting` makes a backend that waits so many ms.
 */
export async function keepsQuorum(
  waiting: (ms: number) => SessionBackend,
  replica: RedisNode,
): Promise<void> {
  const [patient, hasty] = [waiting(20_000), waiting(200)]
  equal((await patient.insert('g.a', row, call)).inserted, true)
  replica.freeze()
  try {
    const tooFew = { code: 'ERR_STORE_UNAVAILABLE', message: /^Only 0 of 1 replicas had the write/ }
    await rejects(hasty.insert('g.b', row, call), tooFew)
    await rejects(hasty.remove('g.a', { ...call, reason: 'logout' }), tooFew)
    equal(
      await patient.touch('g.b', { ...row, touchedAt: at + 1 }, { ...call, expected: row }),
      'touched',
    )
  } finally {
    replica.thaw()
  }
  equal((await patient.insert('g.b', row, call)).inserted, true)
  equal(await patient.remove('g.a', { ...call, reason: 'logout' }), null)
}
