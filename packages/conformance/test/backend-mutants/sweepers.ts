import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import type { Row, SessionBackend, Tombstone } from '@sojourn/core/store'
import { t0 } from '../../src/backend-fixture.ts'
import type { Mutant } from './mutant.ts'

type Due = (entry: Row | Tombstone, id: string) => boolean

/** Returns a reference that sweeps in real time: each entry when its time has come, and what else is `due`. */
function sweeping(due: Due = () => false, entries: Entries = new Map()): SessionBackend {
  const ends = new Map<string, number>()
  const reference = referenceBackend({ entries })
  const timer = setInterval(() => {
    for (const [id, entry] of entries) {
      const isOver = performance.now() >= (ends.get(id) ?? Number.POSITIVE_INFINITY)
      if ((!('ended' in entry) && isOver) || due(entry, id)) entries.delete(id)
    }
  }, 50)
  const note = (id: string, expiresAt: number, at: number) =>
    ends.set(id, performance.now() + expiresAt - at)
  return {
    ...reference,
    async insert(id, row, call) {
      const outcome = await reference.insert(id, row, call)
      if (outcome.inserted) note(id, row.expiresAt, call.at)
      return outcome
    },
    async replace(id, row, call) {
      const outcome = await reference.replace(id, row, call)
      if (outcome === 'replaced') note(id, row.expiresAt, call.at)
      return outcome
    },
    async touch(id, times, call) {
      const outcome = await reference.touch(id, times, call)
      if (outcome === 'touched') note(id, times.expiresAt, call.at)
      return outcome
    },
    close: async () => clearInterval(timer),
  }
}

const ofReason =
  (...reasons: string[]): Due =>
  (entry) =>
    'ended' in entry && reasons.includes(entry.ended)

/**
 * Rows that live for so long, in ms. On a slow machine other cases double the lives of theirs, from 200 ms on: the two ranges in use
 * have none of those.
 */
const ofLife =
  (least: number, most: number): Due =>
  (entry) =>
    !('ended' in entry) && entry.expiresAt - t0 >= least && entry.expiresAt - t0 <= most

/** Backends that sweep too much, or too little. */
export const sweepMutants: readonly Mutant[] = [
  sweeper('sweeps-what-was-removed', 'B3.34', ofReason('logout')),
  sweeper('sweeps-what-was-removed-as-a-group', 'B3.34', ofReason('revoked')),
  sweeper('sweeps-the-evicted', 'B3.34', ofReason('evicted')),
  sweeper('sweeps-some-seconds-early', 'B5.22', ofLife(2_900, 3_100)),
  sweeper('sweeps-a-minute-early', 'B5.22', ofLife(29_000, 31_000)),
  sweeper('sweeps-the-lasting', 'B5.20-22', (entry, id) => !('ended' in entry) && id !== 'other.a'),
  {
    name: 'keeps-the-expired-in-an-index',
    breaks: 'B5.23',
    realTimeMs: 10_000,
    ...counted((entries, inserted) => entries.size + inserted.size),
  },
  {
    name: 'keeps-the-row-beside-its-tombstone',
    breaks: 'B5.24',
    realTimeMs: 10_000,
    ...counted((entries) => {
      const ended = [...entries.values()].filter((entry) => 'ended' in entry)
      return entries.size + ended.length
    }),
  },
]

function sweeper(name: string, breaks: string, due: Due): Mutant {
  return { name, breaks, realTimeMs: 10_000, open: () => sweeping(due) }
}

/** Returns how to open a sweeping reference, and a count of what it keeps by the mutant's own reckoning. */
function counted(count: (entries: Entries, inserted: ReadonlySet<string>) => number) {
  const kept = new WeakMap<SessionBackend, { entries: Entries; inserted: Set<string> }>()
  return {
    open() {
      const entries: Entries = new Map()
      const inserted = new Set<string>()
      const swept = sweeping(() => false, entries)
      const backend: SessionBackend = {
        ...swept,
        insert(id, row, call) {
          inserted.add(id)
          return swept.insert(id, row, call)
        },
      }
      kept.set(backend, { entries, inserted })
      return backend
    },
    size(backend: SessionBackend) {
      const { entries = new Map(), inserted = new Set<string>() } = kept.get(backend) ?? {}
      return count(entries, inserted)
    },
  }
}
