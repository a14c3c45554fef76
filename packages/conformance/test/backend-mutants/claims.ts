import { breakOperations, type Mutant } from './mutant.ts'

/** Backends that claim what they cannot do, or scan wrongly. */
export const claimMutants: readonly Mutant[] = [
  breakOperations('scans-live', {
    breaks: 'B4.12 B9.4',
    make: ({ reference, entries }) => ({
      async *scan({ at }) {
        for (const [id, entry] of entries) {
          if ('ended' in entry || at >= entry.expiresAt) continue
          yield { ...entry, id }
        }
      },
      async find(id, call) {
        const entry = entries.get(id)
        entries.delete(id)
        if (entry) entries.set(id, entry)
        return reference.find(id, call)
      },
    }),
  }),
  breakOperations('claims-more-than-it-knows', {
    breaks: 'B2.9 B2.35-37 B3.16 B3.20 B3.33 B4.11 B5.2 B5.10 B5.14 B5.18 B6.12-22 B6.26 B9.2 B9.7',
    make: ({ reference }) => ({
      supports: { ...reference.supports, list: true, scan: true },
      list: async () => [],
    }),
  }),
  breakOperations('drops-the-oldest-of-a-thousand', {
    breaks: 'B3.33 B9.6 B9.7',
    make: ({ reference, entries }) => ({
      async insert(id, row, call) {
        const outcome = await reference.insert(id, row, call)
        const [oldest] = entries.keys()
        if (entries.size > 1_000 && oldest !== undefined) entries.delete(oldest)
        return outcome
      },
    }),
  }),
  breakOperations('forgets-to-claim', {
    breaks: 'B9.1',
    make({ reference }) {
      const { scan: _, ...supports } = reference.supports
      return { supports: supports as typeof reference.supports }
    },
  }),
  breakOperations('scans-pages-that-overlap', {
    breaks: 'B9.3 B9.8',
    make: ({ reference }) => ({
      async *scan(call) {
        let count = 0
        for await (const row of reference.scan(call)) {
          yield row
          if (++count % 100 === 0) yield row
        }
      },
    }),
  }),
  breakOperations('scans-the-ended', {
    breaks: 'B3.17 B9.4 B9.8',
    make({ reference, entries }) {
      const empty = { version: '', priorVersions: [], touchedAt: 0, expiresAt: 0 }
      return {
        async *scan(call) {
          for await (const row of reference.scan(call)) yield row
          for (const [id, entry] of entries)
            if ('ended' in entry) yield { ...empty, id, value: new Uint8Array(0) }
        },
      }
    },
  }),
  breakOperations('scans-once', {
    breaks: 'B9.5',
    make({ reference }) {
      let isScanning = false
      return {
        async *scan(call) {
          if (isScanning) throw new Error('the last scan has not ended')
          isScanning = true
          for await (const row of reference.scan(call)) yield row
          isScanning = false
        },
      }
    },
  }),
]
