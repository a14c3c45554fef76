import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import type { SessionBackend } from '@sojourn/core/store'
import { interceptOperations } from '../../src/intercept-operations.ts'
import type { Mutant } from './mutant.ts'

interface Trouble {
  isBroken: boolean
}

/** Returns a reference whose operations reject while its database is broken. */
export function openBreakable(
  change: (backend: SessionBackend, trouble: Trouble, entries: Entries) => SessionBackend = (
    backend,
  ) => backend,
) {
  const entries: Entries = new Map()
  const trouble = { isBroken: false }
  const reference = referenceBackend({ entries })
  const refuse = async () => {
    if (trouble.isBroken) throw new Error('ECONNREFUSED')
  }
  const backend: SessionBackend = {
    ...interceptOperations(reference, async (run) => {
      await refuse()
      return run()
    }),
    async *scan(call) {
      await refuse()
      yield* reference.scan(call)
    },
  }
  return {
    backend: change(backend, trouble, entries),
    breakDatabase: () => void Object.assign(trouble, { isBroken: true }),
    mend: () => void Object.assign(trouble, { isBroken: false }),
  }
}

/** Backends that are wrong about trouble of their database. */
export const troubleMutants: readonly Mutant[] = [
  troubled('takes-trouble-for-absence', 'B1.3', (backend) => ({
    ...backend,
    find: (id, call) => Promise.resolve(backend.find(id, call)).catch(() => null),
  })),
  troubled('lists-nobody-in-trouble', 'B1.3', (backend) => ({
    ...backend,
    list: (group, call) => backend.list(group, call).catch(() => []),
  })),
  troubled('pings-itself', 'B1.3', (backend) => ({ ...backend, ping: async () => undefined })),
  troubled('does-not-connect-again', 'B1.4', (backend) => {
    let hasFailed = false
    return interceptOperations(backend, async (run) => {
      if (hasFailed) throw new Error('the connection was lost')
      return run().catch((error) => {
        hasFailed = true
        throw error
      })
    })
  }),
  troubled('forgets-in-trouble', 'B1.4', (backend, _, entries) =>
    interceptOperations(backend, (run) =>
      run().catch((error) => {
        entries.clear()
        throw error
      }),
    ),
  ),
  troubled('repeats-the-row-in-its-error', 'B1.5', (backend) => ({
    ...backend,
    insert: (id, row, call) =>
      Promise.resolve(backend.insert(id, row, call)).catch((error) => {
        throw new Error(`insert of ${Buffer.from(row.value)} failed`, { cause: error })
      }),
  })),
]

function troubled(
  name: string,
  breaks: string,
  change: NonNullable<Parameters<typeof openBreakable>[0]>,
): Mutant {
  return {
    name,
    breaks,
    realTimeMs: false,
    timeoutMs: 20_000,
    open: () => referenceBackend(),
    openBreakable: () => openBreakable(change),
  }
}
