import { randomBytes } from 'node:crypto'
import { register, type StoreUnderTest, storeSuite } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { replicatedBackend } from '@sojourn/store-replicated'
import { expect, test } from 'vitest'
import { memories } from './support.ts'

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true, scan: true }

/** Each manager has a backend of its own over the same instances, as if on different servers. */
function openStorage(): StoreUnderTest {
  const instances = memories(3)
  const secret = randomBytes(32)
  return {
    connect(config, wrap) {
      const backend = replicatedBackend(unclosed(instances))
      return createSessionManager(
        devConfig(secret, { store: keyedStore(wrap(backend)), ...config }),
      )
    },
    dump: () => dumpOf(Object.values(instances)),
  }
}

/** Returns the instances so that a manager that closes leaves them to the others. */
function unclosed(instances: Readonly<Record<string, SessionBackend>>) {
  const entries = Object.entries(instances).map(([name, backend]) => [
    name,
    { ...backend, close: async () => undefined },
  ])
  return Object.fromEntries(entries)
}

async function dumpOf(instances: readonly SessionBackend[]): Promise<Uint8Array> {
  const parts: Buffer[] = []
  const call = { at: Date.UTC(2030, 0, 1), signal: new AbortController().signal }
  for (const instance of instances)
    for await (const { id, value, ...rest } of instance.scan(call))
      parts.push(Buffer.from(id), Buffer.from(value), Buffer.from(JSON.stringify(rest)))
  return Buffer.concat(parts)
}

const suite = storeSuite({ name: 'replicated', open: openStorage, supports, dumps: true })
register(suite, { test })

test('every promise is offered', () => {
  expect(suite.notOffered).toEqual([])
})
