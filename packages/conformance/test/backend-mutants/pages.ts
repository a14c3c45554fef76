import { groupOf } from '../../src/backend-clauses.ts'
import { breakOperations, type Mutant } from './mutant.ts'

/** Backends that read one page where there are several, or lose their place. */
export const pageMutants: readonly Mutant[] = [
  breakOperations('lists-one-page', {
    breaks: 'B9.7',
    make: ({ reference }) => ({
      list: async (group, call) => (await reference.list(group, call)).slice(0, 1_000),
    }),
  }),
  breakOperations('ends-one-page', {
    breaks: 'B3.32 B3.33',
    make: ({ reference }) => ({
      async removeGroup(group, call) {
        const rows = await reference.list(group, call)
        const ending = rows.map(({ id }) => id).filter((id) => id !== call.except)
        const page = ending.slice(0, 1_000)
        for (const id of page) await reference.remove(id, call)
        return page
      },
    }),
  }),
  breakOperations('scans-by-offset', {
    breaks: 'B9.8',
    make: ({ reference }) => ({
      async *scan(call) {
        for (let offset = 0; ; offset += 100) {
          const rows = []
          for await (const row of reference.scan(call)) rows.push(row)
          if (rows.length <= offset) return
          yield* rows.slice(offset, offset + 100)
        }
      },
    }),
  }),
  breakOperations('evicts-in-the-order-of-inserts-and-replaces', {
    breaks: 'B2.29 B2.37 B2.38',
    make({ reference }) {
      const order = new Map<string, number>()
      return {
        async insert(id, row, { limit, ...call }) {
          const rows = limit ? await reference.list(groupOf(id), call) : []
          const ends = (each: string) => order.get(each) ?? 0
          const [first] = [...rows].sort((a, b) => ends(a.id) - ends(b.id))
          order.set(id, row.expiresAt)
          const isFull = limit?.onExceed === 'evict' && rows.length === limit.max
          if (!first || !isFull || rows.some((each) => each.id === id))
            return reference.insert(id, row, limit ? { ...call, limit } : call)
          await reference.remove(first.id, { ...call, reason: 'evicted' })
          await reference.insert(id, row, call)
          return { inserted: true, evicted: [first.id] }
        },
        async replace(id, row, call) {
          order.set(id, row.expiresAt)
          return reference.replace(id, row, call)
        },
      }
    },
  }),
]
