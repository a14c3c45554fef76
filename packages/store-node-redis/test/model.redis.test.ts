import { fuzzBackend } from '@sojourn/conformance/fuzz'
import { freshPrefix, startStandalone } from '@sojourn/redis-lab'
import { nodeRedisBackend } from '@sojourn/store-node-redis'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { connectBoth } from './clients.ts'

const server = await startStandalone()
const clients = await connectBoth(server.address.port)

afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy()
  await server.stop()
})

const operations = Number(process.env['OPERATIONS'] ?? 3_000)
const seed = Number(process.env['SEED'] ?? 20_300_101)

test.each(Object.entries(clients))(
  'Redis answers what the reference answers, whatever is done in whatever order: %s',
  async (_name, client) => {
    const open = () => nodeRedisBackend(client, { prefix: freshPrefix() })
    const report = await fuzzBackend(fc, { open, operations, tick: 5_000, seed })
    console.info(JSON.stringify(report))
    expect(report.operations).toBeGreaterThanOrEqual(operations)
  },
)
