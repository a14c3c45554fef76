import { randomBytes } from 'node:crypto'
import { register, type StoreUnderTest, storeSuite } from '@sojourn/conformance/store'
import { createSessionManager, devConfig, keyedStore } from '@sojourn/core'
import { ioredisBackend } from '@sojourn/store-ioredis'
import { msgpackCodec } from '@sojourn/store-redis'
import { afterAll, describe, expect, test } from 'vitest'
import { connectBoth } from './clients.ts'
import { dump, freshPrefix, startServer } from './support.ts'

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true }

const server = await startServer()
const clients = await connectBoth(server.port)

afterAll(() => {
  for (const client of Object.values(clients)) client.disconnect()
  server.stop()
})

for (const [name, client] of Object.entries(clients)) {
  /** One prefix, and every manager over a backend of its own below it, as on so many servers. */
  const open = (): StoreUnderTest => {
    const prefix = freshPrefix()
    const secret = randomBytes(32)
    return {
      connect: (config, wrap) => {
        const store = keyedStore(wrap(ioredisBackend(client, { prefix })), {
          codec: msgpackCodec,
        })
        return createSessionManager(devConfig(secret, { store, ...config }))
      },
      dump: () => dump(clients['ioredis 6'], prefix),
    }
  }
  const suite = storeSuite({ open, supports, dumps: true })

  describe(name, () => {
    register(suite, { test })

    test('every promise is offered', () => {
      expect(suite.notOffered).toEqual([])
    })
  })
}
