import { setImmediate as turn } from 'node:timers/promises'
import { breakOperations, type Mutant } from './mutant.ts'

/** Backends that hang, or reject instead of resolving to an outcome. */
export const settleMutants: readonly Mutant[] = [
  breakOperations('hangs-when-aborted', {
    breaks: 'B8.2 B8.4',
    make: ({ reference }) => ({
      find: (id, call) => (call.signal.aborted ? new Promise(() => {}) : reference.find(id, call)),
    }),
  }),
  breakOperations('closes-once', {
    breaks: 'B8.5 B8.6',
    make({ reference }) {
      let isClosed = false
      return {
        async close() {
          if (isClosed) throw new Error('already closed')
          isClosed = true
          await reference.close()
        },
      }
    },
  }),
  breakOperations('hangs-when-aborted-meanwhile', {
    breaks: 'B8.3',
    make: ({ reference }) => ({
      async find(id, call) {
        const wasAborted = call.signal.aborted
        await turn()
        return call.signal.aborted && !wasAborted ? new Promise(() => {}) : reference.find(id, call)
      },
    }),
  }),
  breakOperations('rejects-an-empty-group', {
    breaks: 'B1.2 B3.22 B6.24',
    make: ({ reference }) => ({
      async removeGroup(group, call) {
        const ids = await reference.removeGroup(group, call)
        if (ids.length === 0) throw new Error('no such group')
        return ids
      },
    }),
  }),
  breakOperations('ping-rejects', {
    breaks: 'B8.1',
    make: () => ({ ping: () => Promise.reject(new Error('no such command')) }),
  }),
]
