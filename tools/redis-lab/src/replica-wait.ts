import { equal, rejects } from 'node:assert/strict'
import type { SessionBackend } from '@sojourn/core/store'
import { afterAll, describe, test } from 'vitest'
import { startCluster } from './cluster.ts'
import type { Connect } from './connect.ts'
import { freshPrefix } from './prefix.ts'
import type { RedisNode } from './redis-node.ts'
import { startSentinel } from './sentinel.ts'

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
 * Registers the tests of `waitFor`, on a Cluster and on a Sentinel set, through each client; a replica of every
 * master is frozen meanwhile.
 */
export async function proveReplicaWait(clients: Readonly<Record<string, Connect>>): Promise<void> {
  const [cluster, sentinel] = await Promise.all([startCluster(), startSentinel()])
  afterAll(() => Promise.all([cluster.stop(), sentinel.stop()]))

  describe.each([
    { kind: 'Cluster', ...cluster, replicas: 1, stopped: cluster.nodes.slice(3) },
    { kind: 'Sentinel', ...sentinel, replicas: 2, stopped: sentinel.nodes.slice(1, 2) },
  ])('$kind', ({ address, replicas, stopped }) => {
    test.each(Object.entries(clients))(
      'waitFor waits, and says when it waited in vain: %s',
      async (_name, connect) => {
        const connection = await connect(address)
        const prefix = freshPrefix()
        const waiting = (timeoutMs: number) =>
          connection.backend(prefix, { waitFor: { replicas, timeoutMs } })
        await assertReplicaWait(waiting, stopped)
        connection.close()
      },
    )
  })
}

/**
 * Fails unless a backend with `waitFor` accepts writes while its replicas are available, rejects with an unknown
 * outcome while some are frozen, accepts touches all the same, and accepts the same write again afterwards. `waiting`
 * creates a backend that waits for `timeoutMs`.
 */
export async function assertReplicaWait(
  waiting: (timeoutMs: number) => SessionBackend,
  replicas: readonly RedisNode[],
): Promise<void> {
  const [backend, hasty] = [waiting(20_000), waiting(200)]
  equal((await backend.insert('g.a', row, call)).inserted, true)
  for (const replica of replicas) replica.freeze()
  try {
    const tooFew = {
      code: 'ERR_STORE_UNAVAILABLE',
      detail: /^Only (0 of 1|1 of 2) replicas had the write/,
    }
    await rejects(async () => hasty.insert('g.b', row, call), tooFew)
    await rejects(hasty.remove('g.a', { ...call, reason: 'logout' }), tooFew)
    const later = { ...row, touchedAt: at + 1 }
    equal(await backend.touch('g.b', later, { ...call, expected: row }), 'touched')
  } finally {
    for (const replica of replicas) replica.thaw()
  }
  equal((await backend.insert('g.b', row, call)).inserted, true)
  equal(await backend.remove('g.a', { ...call, reason: 'logout' }), null)
}
