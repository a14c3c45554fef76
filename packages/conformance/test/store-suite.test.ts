import { randomBytes } from 'node:crypto'
import { createSessionManager, devConfig, keyedStore } from '@sojourn/core'
import { describe, expect, test } from 'vitest'
import { type Entries, type ReferenceOptions, referenceBackend } from '../src/reference-backend.ts'
import { register, type StoreUnderTest, storeSuite } from '../src/store.ts'

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true }

/** The store over the reference backend, or over one with some rules broken. */
function openReference(options: ReferenceOptions = {}): StoreUnderTest {
  const entries: Entries = new Map()
  const secret = randomBytes(32)
  const backend = referenceBackend({ entries, ...options })
  return {
    connect: (config, wrap) =>
      createSessionManager(devConfig(secret, { store: keyedStore(wrap(backend)), ...config })),
    async dump() {
      const parts = [...entries].flatMap(([id, entry]) => [
        Buffer.from(id),
        Buffer.from(JSON.stringify(entry)),
        'value' in entry ? Buffer.from(entry.value) : Buffer.alloc(0),
      ])
      return Buffer.concat(parts)
    },
  }
}

describe('the store over the reference backend', () => {
  const suite = storeSuite({ open: () => openReference(), supports, dumps: true })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})
