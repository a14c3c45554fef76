import { randomBytes } from 'node:crypto'
import { type Entries, type ReferenceRules, referenceBackend } from '@sojourn/conformance/backend'
import type { StoreUnderTest, TestData } from '@sojourn/conformance/store'
import {
  createSessionManager,
  devConfig,
  type SessionManager,
  type StoreFactory,
} from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'

/** A store that is wrong in one way, and exactly the cases that must fail on it. */
export interface StoreMutant {
  readonly name: string
  readonly breaks: readonly string[]
  readonly rules?: Partial<ReferenceRules>
  /** Breaks operations of the backend. */
  backend?(reference: SessionBackend, entries: Entries): Partial<SessionBackend>
  /** Breaks the store above the backend. */
  store?(factory: StoreFactory, entries: Entries): StoreFactory
  /** Breaks what `connect` returns, as where several managers are made one. */
  manager?(manager: SessionManager<TestData>): SessionManager<TestData>
}

/** The capabilities that every mutant claims. */
export const supports = {
  conditionalWrite: true,
  revocation: true,
  list: true,
  limit: true,
  scan: true,
}

/** Returns a storage over the reference backend, as the mutant changes it. */
export function openMutant({
  rules,
  backend,
  store,
  manager,
}: Partial<StoreMutant> = {}): StoreUnderTest {
  const entries: Entries = new Map()
  const secret = randomBytes(32)
  const reference = referenceBackend({ entries, ...(rules ? { rules } : {}) })
  return {
    connect(config, wrap) {
      const wrapped = wrap(reference)
      const keyed = keyedStore({ ...wrapped, ...backend?.(wrapped, entries) })
      const factory = store?.(keyed, entries) ?? keyed
      const made: SessionManager<TestData> = createSessionManager(
        devConfig(secret, { store: factory, ...config }),
      )
      return manager?.(made) ?? made
    },
    dump: async () => Buffer.concat([...entries].flatMap(asBytes)),
  }
}

function asBytes([id, entry]: [string, unknown]): Buffer[] {
  const value =
    typeof entry === 'object' && entry !== null && 'value' in entry ? entry.value : undefined
  const bytes = value instanceof Uint8Array ? [Buffer.from(value)] : []
  return [Buffer.from(id), Buffer.from(JSON.stringify(entry)), ...bytes]
}
