import { equal, rejects } from 'node:assert/strict'
import type { SessionBackend } from '@sojourn/core'
import type { RedisNode } from './redis-node.ts'

const at = Date.now()
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
 */
export async function keepsQuorum(backend: SessionBackend, replica: RedisNode): Promise<void> {
  equal((await backend.insert('g.a', row, call)).inserted, true)
  replica.freeze()
  try {
    const tooFew = { code: 'ERR_STORE_UNAVAILABLE', message: /^Only 0 of 1 replicas had the write/ }
    await rejects(backend.insert('g.b', row, call), tooFew)
    await rejects(backend.remove('g.a', { ...call, reason: 'logout' }), tooFew)
    equal(
      await backend.touch('g.b', { ...row, touchedAt: at + 1 }, { ...call, expected: row }),
      'touched',
    )
  } finally {
    replica.thaw()
  }
  equal((await backend.insert('g.b', row, call)).inserted, true)
  equal(await backend.remove('g.a', { ...call, reason: 'logout' }), null)
}
