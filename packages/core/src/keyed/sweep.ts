import type { StoreEnv } from '../store/store.ts'
import type { GuardedBackend } from './guarded-backend.ts'
import type { KeyedRows } from './rows.ts'

/** How many sessions are ended at the same time. */
const batchSize = 100

/**
 * Returns a function that ends all sessions of earlier epochs, row by row, those of this namespace only. A read of a session
 * is one `find` of its row (P7), so another server sees by that row alone that its session has ended.
 */
export function createSweep(
  backend: Pick<GuardedBackend, 'scan' | 'remove'>,
  rows: KeyedRows,
  { clock, ids }: Pick<StoreEnv, 'clock' | 'ids'>,
): () => Promise<void> {
  return async () => {
    let ending: Promise<unknown>[] = []
    for await (const row of backend.scan(clock())) {
      if (!ids.isOwn(row.id) || rows.read(row.id, row) !== 'revoked') continue
      ending.push(backend.remove(row.id, { at: clock(), reason: 'revoked' }))
      if (ending.length < batchSize) continue
      await Promise.all(ending)
      ending = []
    }
    await Promise.all(ending)
  }
}
