import { randomBytes } from 'node:crypto'
import { register, type StoreUnderTest, storeSuite } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'
import { expect, test } from 'vitest'

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true, scan: true }

/** The memory store as the suite wants it: every manager over one backend. */
function openStorage(): StoreUnderTest {
  const backend = memoryBackend()
  const secret = randomBytes(32)
  return {
    connect: (config, wrap) =>
      createSessionManager(devConfig(secret, { store: keyedStore(wrap(backend)), ...config })),
    async dump() {
      const parts: Buffer[] = []
      const call = { at: Date.UTC(2030, 0, 1), signal: new AbortController().signal }
      for await (const { id, value, ...rest } of backend.scan(call))
        parts.push(Buffer.from(id), Buffer.from(value), Buffer.from(JSON.stringify(rest)))
      return Buffer.concat(parts)
    },
    close: () => backend.close(),
  }
}

const suite = storeSuite({ open: openStorage, supports, dumps: true })
register(suite, { test })

test('every promise is offered', () => {
  expect(suite.notOffered).toEqual([])
})
