import { randomBytes } from 'node:crypto'
import { asFleet, type StoreUnderTest, type TestData, type Wrap } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { migrateStore } from '@sojourn/migrate'
import { memoryBackend } from '@sojourn/store-memory'

/** A storage of two backends, and who serves it: one manager for each `move`, that is for each step of the roll-out. */
export function openMigration(steps: readonly boolean[], random: () => number): StoreUnderTest {
  const backends = { from: memoryBackend(), to: memoryBackend() }
  const secret = randomBytes(32)
  return {
    connect(config, wrap) {
      const [one, ...others] = steps.map((move) => {
        const store = migrateStore({ ...wrapped(backends, wrap), move })
        return createSessionManager<TestData>(devConfig(secret, { store, ...config }))
      })
      if (!one) throw new Error('A fleet has at least one server')
      return asFleet([one, ...others], random)
    },
    dump: async () => Buffer.concat([await dump(backends.from), await dump(backends.to)]),
    async close() {
      await backends.from.close()
      await backends.to.close()
    },
  }
}

function wrapped({ from, to }: Record<'from' | 'to', SessionBackend>, wrap: Wrap) {
  return { from: keyedStore(wrap(from)), to: keyedStore(wrap(to)) }
}

async function dump(backend: SessionBackend): Promise<Buffer> {
  const parts: Buffer[] = []
  const call = { at: Date.UTC(2030, 0, 1), signal: new AbortController().signal }
  for await (const { id, value, ...rest } of backend.scan(call))
    parts.push(Buffer.from(id), Buffer.from(value), Buffer.from(JSON.stringify(rest)))
  return Buffer.concat(parts)
}
