import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import type { SessionBackend } from '@sojourn/core/store'
import type { Mutant } from './mutant.ts'

/** Backends that are wrong about prefixes or about real time. */
export const prefixAndTimerMutants: readonly Mutant[] = [
  {
    name: 'ignores-prefixes',
    breaks: 'B7.1 B7.3-6',
    realTimeMs: false,
    open: () => referenceBackend(),
    openPair() {
      const backend = referenceBackend()
      return [backend, backend]
    },
  },
  {
    name: 'joins-prefix-and-id',
    breaks: 'B7.2-6',
    realTimeMs: false,
    open: () => referenceBackend(),
    openPair(prefixes) {
      const entries: Entries = new Map()
      return [joined(prefixes[0], entries), joined(prefixes[1], entries)]
    },
  },
  {
    name: 'keeps-the-expired-until-read',
    breaks: 'B3.34 B5.19-22',
    realTimeMs: 300,
    open: () => referenceBackend(),
  },
  {
    name: 'sets-a-timer-once-and-of-any-length',
    breaks: 'B5.20 B5.21',
    realTimeMs: 5_000,
    open() {
      const entries: Entries = new Map()
      const reference = referenceBackend({ entries })
      return {
        ...reference,
        insert(id, row, call) {
          setTimeout(() => entries.delete(id), row.expiresAt - call.at).unref()
          return reference.insert(id, row, call)
        },
      }
    },
  },
]

/** Returns a backend whose prefix is not separated from the ids. */
function joined(prefix: string, entries: Entries): SessionBackend {
  const reference = referenceBackend({ entries })
  const strip = <Kind extends { readonly id: string }>(row: Kind): Kind => ({
    ...row,
    id: row.id.slice(prefix.length),
  })
  return {
    ...reference,
    find: (id, call) => reference.find(prefix + id, call),
    insert: (id, row, call) => reference.insert(prefix + id, row, call),
    replace: (id, row, call) => reference.replace(prefix + id, row, call),
    touch: (id, times, call) => reference.touch(prefix + id, times, call),
    remove: (id, call) => reference.remove(prefix + id, call),
    list: async (group, call) => (await reference.list(prefix + group, call)).map(strip),
    removeGroup: (group, call) => reference.removeGroup(prefix + group, call),
    async *scan(call) {
      for await (const row of reference.scan(call)) if (row.id.startsWith(prefix)) yield strip(row)
    },
  }
}
