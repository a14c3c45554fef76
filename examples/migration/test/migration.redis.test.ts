import { jsonCodec, keyedStore } from '@sojourn/core/store'
import { freshPrefix, startStandalone } from '@sojourn/redis-lab'
import { cookieStore } from '@sojourn/store-cookie'
import { nodeRedisBackend, nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import { afterAll, expect, test } from 'vitest'
import { rollOut } from './fleet.ts'

const people = Number(process.env['PEOPLE'] ?? 100)
const seed = Number(process.env['SEED'] ?? 1)
const nobody = { loggedOut: 0, valuesLost: 0, openedTwice: 0 }

const server = await startStandalone()
const { host, port } = server.address
const client = createClient({ socket: { host, port } })
await client.on('error', console.error).connect()
afterAll(async () => {
  client.destroy()
  await server.stop()
})

test('from the cookie to Redis nobody is logged out and nothing is lost', async () => {
  const from = cookieStore({ revocations: nodeRedisBackend(client, { prefix: freshPrefix() }) })
  const to = nodeRedisStore(client, { prefix: freshPrefix() })
  const found = await rollOut({ from, to, people, isSealed: true, seed })
  console.info(JSON.stringify(found))
  expect(found).toMatchObject(nobody)
}, 240_000)

test('from one prefix and codec of Redis to another nobody is logged out and nothing is lost', async () => {
  const from = keyedStore(nodeRedisBackend(client, { prefix: freshPrefix() }), { codec: jsonCodec })
  const to = nodeRedisStore(client, { prefix: freshPrefix() })
  const found = await rollOut({ from, to, people, isSealed: false, seed })
  console.info(JSON.stringify(found))
  expect(found).toMatchObject(nobody)
}, 240_000)
