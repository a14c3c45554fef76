import type { SessionBackend } from '@sojourn/core/store'
import { groupOf } from '../../src/backend-clauses.ts'
import { openShared as openWaiting } from './waiting.ts'

/** Reads and writes in steps of their own, as a database does without a transaction. */
export function openShared(name: string): SessionBackend {
  const backend = openWaiting(name)
  return {
    ...backend,
    async insert(id, row, { limit, ...call }) {
      const rows = limit ? await backend.list(groupOf(id), call) : []
      const surplus = limit ? Math.max(0, rows.length + 1 - limit.max) : 0
      const soonest = [...rows].sort((a, b) => a.expiresAt - b.expiresAt).slice(0, surplus)
      const evicted = soonest.map((each) => each.id)
      for (const each of evicted) await backend.remove(each, { ...call, reason: 'evicted' })
      const outcome = await backend.insert(id, row, call)
      return outcome.inserted ? { ...outcome, evicted } : outcome
    },
    async remove(id, call) {
      const found = await backend.find(id, call)
      await backend.remove(id, call)
      return found && 'value' in found ? found : null
    },
    async removeGroup(group, call) {
      const rows = await backend.list(group, call)
      await backend.removeGroup(group, call)
      return rows.map(({ id }) => id)
    },
  }
}
