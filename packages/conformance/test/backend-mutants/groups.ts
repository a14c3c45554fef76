import { groupOf } from '../../src/backend-clauses.ts'
import { breakOperations, type Mutant } from './mutant.ts'

/** Backends that mistake one id or group for another. */
export const groupMutants: readonly Mutant[] = [
  breakOperations('evicts-the-one-used-longest-ago', {
    breaks: 'B2.26 B2.29 B2.37 B2.38',
    make: ({ reference }) => ({
      async insert(id, row, { limit, ...call }) {
        const rows = limit ? await reference.list(groupOf(id), call) : []
        const [oldest] = rows
        const isFull = limit?.onExceed === 'evict' && rows.length === limit.max
        if (!oldest || !isFull || rows.some((each) => each.id === id))
          return reference.insert(id, row, limit ? { ...call, limit } : call)
        await reference.remove(oldest.id, { ...call, reason: 'evicted' })
        await reference.insert(id, row, call)
        return { inserted: true, evicted: [oldest.id] }
      },
    }),
  }),
  breakOperations('evicts-one-at-most', {
    breaks: 'B2.28',
    make: ({ reference }) => ({
      async insert(id, row, { limit, ...call }) {
        const rows = limit ? await reference.list(groupOf(id), call) : []
        const max = limit ? Math.max(limit.max, rows.length) : 0
        return reference.insert(id, row, limit ? { ...call, limit: { ...limit, max } } : call)
      },
    }),
  }),
  breakOperations('lists-by-prefix', {
    breaks: 'B6.12-14 B6.16 B6.19 B6.21 B6.22 B6.24 B6.26',
    make: ({ reference }) => ({
      async list(group, call) {
        const rows = []
        for await (const row of reference.scan(call)) if (row.id.startsWith(group)) rows.push(row)
        return rows
      },
    }),
  }),
  breakOperations('finds-by-pattern', {
    breaks: 'B6.1 B6.23',
    make: ({ reference, entries }) => ({
      find(id, call) {
        const parts = id.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
        const pattern = new RegExp(`^${parts.join('.*')}$`)
        return reference.find([...entries.keys()].find((key) => pattern.test(key)) ?? id, call)
      },
    }),
  }),
  breakOperations('folds-case', {
    breaks: 'B2.32 B3.23 B3.33 B6.14 B6.15 B6.17-19 B6.21 B6.25 B6.26 B9.7 B9.8',
    make: ({ reference }) => ({
      find: (id, call) => reference.find(id.toLowerCase(), call),
      insert: (id, row, call) => reference.insert(id.toLowerCase(), row, call),
      replace: (id, row, call) => reference.replace(id.toLowerCase(), row, call),
      touch: (id, times, call) => reference.touch(id.toLowerCase(), times, call),
      remove: (id, call) => reference.remove(id.toLowerCase(), call),
      list: (group, call) => reference.list(group.toLowerCase(), call),
      removeGroup: (group, call) => reference.removeGroup(group.toLowerCase(), call),
    }),
  }),
  breakOperations('indexes-in-a-plain-object', {
    breaks: 'B6.7 B6.18',
    make({ reference }) {
      const index: Record<string, string[]> = {}
      return {
        async insert(id, row, call) {
          const group = groupOf(id)
          index[group] ??= []
          index[group].push(id)
          return reference.insert(id, row, call)
        },
      }
    },
  }),
  shiftedLimit('limits-one-early', { by: -1, breaks: 'B2.24 B2.26 B2.28-31 B2.34 B2.36-38' }),
  shiftedLimit('limits-one-late', { by: 1, breaks: 'B2.25-29 B2.34 B2.36-38 B3.18' }),
  breakOperations('counts-the-ended', {
    breaks: 'B2.31 B2.37 B2.38',
    make: ({ reference, entries }) => ({
      async insert(id, row, { limit, ...call }) {
        if (!limit) return reference.insert(id, row, call)
        const ended = [...entries].filter(
          ([key, entry]) => groupOf(key) === groupOf(id) && 'ended' in entry,
        )
        const max = Math.max(1, limit.max - ended.length)
        return reference.insert(id, row, { ...call, limit: { ...limit, max } })
      },
    }),
  }),
]

function shiftedLimit(name: string, { by, breaks }: { by: number; breaks: string }): Mutant {
  return breakOperations(name, {
    breaks,
    make: ({ reference }) => ({
      insert(id, row, { limit, ...call }) {
        if (!limit) return reference.insert(id, row, call)
        return reference.insert(id, row, { ...call, limit: { ...limit, max: limit.max + by } })
      },
    }),
  })
}
