import { randomBytes } from 'node:crypto'
import { register, type StoreUnderTest, storeSuite } from '@sojourn/conformance/store'
import { createSessionManager, devConfig, keyedStore } from '@sojourn/core'
import { dumpServer, freshPrefix, startStandalone } from '@sojourn/redis-lab'
import { nodeRedisBackend } from '@sojourn/store-node-redis'
import { msgpackCodec } from '@sojourn/store-redis'
import { afterAll, assert, describe, expect, test } from 'vitest'
import { connectBoth } from './clients.ts'

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true }

const server = await startStandalone()
const [node] = server.nodes
assert(node)
const clients = await connectBoth(server.address.port)

afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy()
  await server.stop()
})

for (const [name, client] of Object.entries(clients)) {
  /** One prefix, and every manager over a backend of its own below it, as on so many servers. */
  const open = (): StoreUnderTest => {
    const prefix = freshPrefix()
    const secret = randomBytes(32)
    return {
      connect: (config, wrap) => {
        const store = keyedStore(wrap(nodeRedisBackend(client, { prefix })), {
          codec: msgpackCodec,
        })
        return createSessionManager(devConfig(secret, { store, ...config }))
      },
      dump: () => dumpServer(node),
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
