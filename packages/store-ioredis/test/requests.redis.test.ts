import {
  freshPrefix,
  keepsGolden,
  requestCases,
  startStandalone,
  watchTraffic,
} from '@sojourn/redis-lab'
import { ioredisBackend, ioredisStore } from '@sojourn/store-ioredis'
import { afterAll, assert, describe, test } from 'vitest'
import { connectBoth } from './clients.ts'

const server = await startStandalone()
const watch = await watchTraffic(server.address)
const clients = await connectBoth(server.address.port)

afterAll(async () => {
  for (const client of Object.values(clients)) client.disconnect()
  watch.stop()
  await server.stop()
})

describe.each(Object.entries(clients))('%s', (_name, client) => {
  test.each(requestCases)('$title', async ({ run }) => {
    await run({ watch, store: ioredisStore(client, { prefix: freshPrefix() }) })
  })

  test('the bytes and keys are those that every client writes and reads', async () => {
    const [node] = server.nodes
    assert(node)
    const prefix = freshPrefix()
    await keepsGolden(ioredisBackend(client, { prefix }), { node, prefix })
  })
})
