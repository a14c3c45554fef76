import { correctTimes, hasFutureTimes } from '../record/future-times.ts'
import type { SessionId } from '../record/record.ts'
import type { Row } from '../store/backend.ts'
import type { InspectedSession, StoreInspection } from '../store/store.ts'
import { takeTurns } from '../util/take-turns.ts'
import type { KeyedContext } from './context.ts'

/**
 * Returns the `inspection` of a keyed store. A row is shown if a manager of this namespace made its id, and its session
 * would still open. Only the record is decoded, not the data.
 */
export function createInspection({
  backend,
  rows,
  epochs,
  env: { clock, ids },
}: KeyedContext): StoreInspection {
  const judge = (
    id: SessionId,
    row: Row,
    at: number,
  ): InspectedSession | 'unreadable' | undefined => {
    if (!ids.isOwn(id)) return undefined
    const found = rows.inspect(id, row)
    if (found === 'corrupt') return 'unreadable'
    if (typeof found === 'string') return undefined
    const session = hasFutureTimes(found, at) ? correctTimes(found, at) : found
    return rows.expiryOf(session) > at ? session : undefined
  }

  return {
    async *scan(signal) {
      await epochs?.reread()
      const at = clock()
      const pause = takeTurns()
      for await (const row of backend.scan(at, signal)) {
        signal?.throwIfAborted()
        const session = judge(row.id, row, at)
        if (session) yield session
        const turn = pause()
        if (turn) await turn // an await in each round would cost as much as the rest of it
      }
    },
    async find(id) {
      if (!ids.isOwn(id)) return undefined
      await epochs?.reread()
      const at = clock()
      const found = await backend.find(id, at)
      return found && !('ended' in found) ? judge(id, found, at) : undefined
    },
  }
}
