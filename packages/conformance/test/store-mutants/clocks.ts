import type { Row } from '@sojourn/core/store'
import type { StoreMutant } from './mutant.ts'

/** Stores that get times of the future wrong. */
export const clockMutants: readonly StoreMutant[] = [
  {
    name: 'moves-no-time-back',
    breaks: ['P9.8', 'P9.14'],
    backend: (reference) => {
      const latest = new Map<string, Row>()
      const later = (id: string, row: Row): Row => {
        const { touchedAt = 0, expiresAt = 0 } = latest.get(id) ?? {}
        const kept = {
          ...row,
          touchedAt: Math.max(row.touchedAt, touchedAt),
          expiresAt: Math.max(row.expiresAt, expiresAt),
        }
        latest.set(id, kept)
        return kept
      }
      return {
        insert: (id, row, call) => reference.insert(id, later(id, row), call),
        replace: (id, row, call) => reference.replace(id, later(id, row), call),
        async touch(id, times, call) {
          const row = latest.get(id)
          if (row) latest.set(id, { ...row, ...times })
          return reference.touch(id, times, call)
        },
      }
    },
  },
  {
    name: 'refuses-to-write-into-the-past',
    breaks: ['P9.8', 'P9.9', 'P9.11', 'P9.14'],
    backend: (reference, entries) => ({
      async replace(id, row, call) {
        const present = entries.get(id)
        const isBefore = present && 'value' in present && row.touchedAt < present.touchedAt
        return isBefore ? 'gone' : reference.replace(id, row, call)
      },
    }),
  },
  {
    name: 'has-a-clock-that-never-goes-back',
    breaks: ['P9.8', 'P9.9', 'P9.11', 'P9.12', 'P9.14'],
    store: (factory) => (env) => {
      let latest = 0
      const clock = () => {
        latest = Math.max(latest, env.clock())
        return latest
      }
      return factory({ ...env, clock })
    },
  },
]
