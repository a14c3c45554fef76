import { randomBytes } from 'node:crypto'
import { register, type StoreUnderTest, storeSuite } from '@sojourn/conformance/store'
import {
  createSessionManager,
  devConfig,
  keyedStore,
  migrateStore,
  type SessionBackend,
} from '@sojourn/core'
import { memoryBackend } from '@sojourn/store-memory'
import { describe, expect, test } from 'vitest'

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true }

describe('a migration from a store that is empty', () => {
  const suite = storeSuite({ open: openMigration, supports, dumps: true })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})

/** Every manager over the same two backends. */
function openMigration(): StoreUnderTest {
  const [from, to] = [memoryBackend(), memoryBackend()]
  const secret = randomBytes(32)
  return {
    connect: (config, wrap) => {
      const store = migrateStore({ from: keyedStore(wrap(from)), to: keyedStore(wrap(to)) })
      return createSessionManager(devConfig(secret, { store, ...config }))
    },
    dump: async () => Buffer.concat([await dump(from), await dump(to)]),
    async close() {
      await from.close()
      await to.close()
    },
  }
}

async function dump(backend: SessionBackend): Promise<Buffer> {
  const parts: Buffer[] = []
  const call = { at: Date.UTC(2030, 0, 1), signal: new AbortController().signal }
  for await (const { id, value, ...rest } of backend.scan(call))
    parts.push(Buffer.from(id), Buffer.from(value), Buffer.from(JSON.stringify(rest)))
  return Buffer.concat(parts)
}
