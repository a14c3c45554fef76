import { register } from '@sojourn/conformance'
import { backendSuite, referenceBackend } from '@sojourn/conformance/backend'
import type { Row } from '@sojourn/core/store'

// Run by jest and by bun, bundled: `test` is a global of both. The backend returns objects of another realm, as drivers do.

declare const test: (name: string, run: () => Promise<void>, timeoutMs: number) => void

const foreign = <Value>(value: Value): Value => structuredClone(value)

const suite = await backendSuite({
  name: 'foreign objects',
  realTimeMs: false,
  open({ step }) {
    const reference = referenceBackend({ step })
    return {
      ...reference,
      supports: foreign(reference.supports),
      find: async (id, call) => foreign(await reference.find(id, call)),
      insert: async (id, row, call) => foreign(await reference.insert(id, row, call)),
      replace: async (id, row, call) => foreign(await reference.replace(id, row, call)),
      remove: async (id, call) => foreign<Row | null>(await reference.remove(id, call)),
      list: async (group, call) => foreign(await reference.list(group, call)),
      removeGroup: async (group, call) => foreign(await reference.removeGroup(group, call)),
    }
  },
})

register(suite, { test })
