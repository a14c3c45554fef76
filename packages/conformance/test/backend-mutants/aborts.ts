import { setTimeout as wait } from 'node:timers/promises'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import { breakOperations, type Mutant } from './mutant.ts'

/** Backends that are wrong about aborted signals. */
export const abortMutants: readonly Mutant[] = [
  breakOperations('writes-before-it-looks-at-the-signal', {
    breaks: 'B8.7',
    make: ({ reference }) => ({
      async insert(id, row, call) {
        const wasAborted = call.signal.aborted
        const outcome = await reference.insert(id, row, call)
        if (wasAborted) throw new Error('aborted')
        return outcome
      },
    }),
  }),
  breakOperations('rolls-back-when-aborted-later', {
    breaks: 'B8.8',
    make: ({ reference, entries }) => ({
      async remove(id, call) {
        const before = entries.get(id)
        const row = await reference.remove(id, call)
        const undo = () => void (before && entries.set(id, before))
        call.signal.addEventListener('abort', undo)
        return row
      },
    }),
  }),
  {
    name: 'writes-later-what-was-aborted',
    breaks: 'B8.9',
    realTimeMs: false,
    open() {
      const entries: Entries = new Map()
      const reference = referenceBackend({ entries })
      return {
        ...reference,
        async replace(id, row, call) {
          await Promise.resolve()
          await Promise.resolve()
          if (!call.signal.aborted) return reference.replace(id, row, call)
          void wait(400).then(() => reference.replace(id, row, call))
          throw new Error('aborted')
        },
      }
    },
  },
]
