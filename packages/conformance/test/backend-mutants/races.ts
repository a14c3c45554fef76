import { groupOf } from '../../src/backend-clauses.ts'
import { breakOperations, type Mutant } from './mutant.ts'

/** Backends that read, yield, and then write based on what they read. */
export const raceMutants: readonly Mutant[] = [
  breakOperations('racy-limit', {
    breaks: 'B2.36 B2.37',
    make: ({ reference, step }) => ({
      async insert(id, row, { limit, ...call }) {
        const present = await reference.find(id, call)
        const rows = limit && !present ? await reference.list(groupOf(id), call) : []
        const surplus = limit ? rows.length - limit.max + 1 : 0
        if (surplus > 0 && limit?.onExceed === 'refuse') return { inserted: false, why: 'limit' }
        await step()
        const soonest = [...rows].sort((a, b) => a.expiresAt - b.expiresAt)
        const evicted = soonest.slice(0, Math.max(0, surplus)).map((each) => each.id)
        for (const each of evicted) await reference.remove(each, { ...call, reason: 'evicted' })
        const outcome = await reference.insert(id, row, call)
        return outcome.inserted ? { inserted: true, evicted } : outcome
      },
    }),
  }),
  breakOperations('racy-replace', {
    breaks: 'B2.21 B3.28 B3.31',
    make: ({ reference, entries, step }) => ({
      async replace(id, row, call) {
        const found = await reference.find(id, call)
        if (!found || 'ended' in found) return 'gone'
        if (found.version !== call.expected) return { conflict: found }
        await step()
        entries.set(id, {
          ...row,
          value: new Uint8Array(row.value),
          priorVersions: [...row.priorVersions],
        })
        return 'replaced'
      },
    }),
  }),
  breakOperations('racy-touch', {
    breaks: 'B2.22 B2.23 B3.29',
    make: ({ reference, entries, step }) => ({
      async touch(id, times, call) {
        const found = await reference.find(id, call)
        if (!found || 'ended' in found) return 'gone'
        const { version, touchedAt } = call.expected
        if (found.version !== version || found.touchedAt !== touchedAt) return 'conflict'
        await step()
        entries.set(id, { ...found, touchedAt: times.touchedAt, expiresAt: times.expiresAt })
        return 'touched'
      },
    }),
  }),
]
