import { register } from '@sojourn/conformance'
import { backendSuite } from '@sojourn/conformance/backend'
import { fuzzBackend } from '@sojourn/conformance/fuzz'
import { freshPrefix, startStandalone } from '@sojourn/redis-lab'
import { ioredisBackend } from '@sojourn/store-ioredis'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { connect, connectBoth } from './clients.ts'

const server = await startStandalone()
const { port } = server.address
const clients = {
  ...(await connectBoth(port)),
  'ioredis 6 with a keyPrefix': await connect({ port, keyPrefix: 'k*:' }),
}

afterAll(async () => {
  for (const client of Object.values(clients)) client.disconnect()
  await server.stop()
})

const operations = Number(process.env['OPERATIONS'] ?? 3_000)
const seed = Number(process.env['SEED'] ?? 20_300_101)

for (const [name, client] of Object.entries(clients)) {
  const open = (prefix = freshPrefix()) => ioredisBackend(client, { prefix })
  const suite = await backendSuite({
    name,
    open: () => open(),
    openPair([a, b]) {
      const prefix = freshPrefix()
      return [open(prefix + a), open(prefix + b)]
    },
  })

  describe(name, () => {
    register(suite, { test })

    test('answers what the reference answers, whatever is done in whatever order', async () => {
      const report = await fuzzBackend(fc, { open: () => open(), operations, tick: 1_000, seed })
      console.info(JSON.stringify(report))
      expect(report.operations).toBeGreaterThanOrEqual(operations)
    }, 60_000)
  })
}
