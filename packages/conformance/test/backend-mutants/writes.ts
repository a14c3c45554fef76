import { groupOf } from '../../src/backend-clauses.ts'
import { breakOperations, type Mutant } from './mutant.ts'

/** Backends that write what they should not. */
export const writeMutants: readonly Mutant[] = [
  breakOperations('upsert-on-replace', {
    breaks: 'B1.1 B2.11 B3.5 B3.13 B3.28 B3.31 B5.4',
    make: ({ reference, entries }) => ({
      async replace(id, row, call) {
        const outcome = await reference.replace(id, row, call)
        if (outcome !== 'gone') return outcome
        entries.set(id, row)
        return 'replaced'
      },
    }),
  }),
  breakOperations('touch-creates', {
    breaks: 'B1.1 B2.17 B3.6 B3.13 B3.29 B5.5',
    make: ({ reference, entries }) => ({
      async touch(id, times, call) {
        const outcome = await reference.touch(id, times, call)
        if (outcome !== 'gone') return outcome
        const { version } = call.expected
        entries.set(id, { ...times, version, priorVersions: [], value: new Uint8Array(0) })
        return 'touched'
      },
    }),
  }),
  breakOperations('touch-rewrites-version', {
    breaks: 'B2.3 B2.15 B2.16 B2.20 B2.22 B2.23 B5.8 B5.16 B5.17 B8.7-9',
    make: ({ reference, entries }) => ({
      async touch(id, times, call) {
        const outcome = await reference.touch(id, times, call)
        const entry = entries.get(id)
        if (outcome === 'touched' && entry && !('ended' in entry))
          entries.set(id, { ...entry, version: `${entry.version}+` })
        return outcome
      },
    }),
  }),
  breakOperations('touch-only-prolongs', {
    breaks: 'B2.16 B2.38 B5.13 B5.14',
    make: ({ reference, entries }) => ({
      async touch(id, times, call) {
        const entry = entries.get(id)
        const standing = entry && !('ended' in entry) ? entry.expiresAt : 0
        const expiresAt = Math.max(times.expiresAt, standing)
        return reference.touch(id, { ...times, expiresAt }, call)
      },
    }),
  }),
  breakOperations('insert-overwrites', {
    breaks: 'B2.2 B2.5-7 B2.33 B3.8 B3.9 B3.11 B3.13 B3.18 B3.30',
    make: ({ reference, entries }) => ({
      async insert(id, row, call) {
        const outcome = await reference.insert(id, row, call)
        if (outcome.inserted || outcome.why !== 'taken') return outcome
        entries.delete(id)
        return reference.insert(id, row, call)
      },
    }),
  }),
  breakOperations('insert-forgets-itself', {
    breaks: 'B2.3 B2.4 B2.8 B2.34 B2.35',
    make: ({ reference, entries }) => ({
      async insert(id, row, call) {
        const entry = entries.get(id)
        const isLive = entry && !('ended' in entry) && call.at < entry.expiresAt
        return isLive ? { inserted: false, why: 'taken' } : reference.insert(id, row, call)
      },
    }),
  }),
  breakOperations('insert-forgets-prior-versions', {
    breaks: 'B2.4 B2.35',
    make: ({ reference, entries }) => ({
      async insert(id, row, call) {
        const entry = entries.get(id)
        const isOther = entry && !('ended' in entry) && entry.version !== row.version
        const isLive = isOther && call.at < entry.expiresAt
        return isLive ? { inserted: false, why: 'taken' } : reference.insert(id, row, call)
      },
    }),
  }),
  breakOperations('insert-makes-room-first', {
    breaks: 'B2.28 B2.33-35 B2.37',
    make: ({ reference }) => ({
      async insert(id, row, call) {
        const { limit, ...rest } = call
        const rows = limit ? await reference.list(groupOf(id), call) : []
        if (!limit || rows.length < limit.max) return reference.insert(id, row, call)
        if (limit.onExceed === 'refuse') return { inserted: false, why: 'limit' }
        const [first] = [...rows].sort((a, b) => a.expiresAt - b.expiresAt)
        if (first) await reference.remove(first.id, { ...rest, reason: 'evicted' })
        const outcome = await reference.insert(id, row, rest)
        return first && outcome.inserted ? { inserted: true, evicted: [first.id] } : outcome
      },
    }),
  }),
  breakOperations('replace-keeps-the-times', {
    breaks: 'B2.10 B2.14 B2.20 B2.23 B2.29 B2.38 B3.3 B5.9 B5.10 B5.12 B5.14',
    make: ({ reference, entries }) => ({
      async replace(id, row, call) {
        const entry = entries.get(id)
        const { touchedAt, expiresAt } = entry && !('ended' in entry) ? entry : row
        return reference.replace(id, { ...row, touchedAt, expiresAt }, call)
      },
    }),
  }),
]
