import { once } from 'node:events'
import { proveConformance, startStandalone } from '@sojourn/redis-lab'
import { ioredisBackend } from '@sojourn/store-ioredis'
import { Redis } from 'ioredis'
import { replicatedConnection } from './replicated-connection.ts'

const servers = await Promise.all([startStandalone(), startStandalone(), startStandalone()])

await proveConformance(
  () =>
    replicatedConnection(servers, async ({ host, port }) => {
      const client = new Redis({ host, port, enableOfflineQueue: false, maxRetriesPerRequest: 0 })
      client.on('error', () => undefined)
      await once(client, 'ready')
      return {
        backend: (prefix) => ioredisBackend(client, { prefix }),
        close: () => client.disconnect(),
      }
    }),
  { 'three servers, by ioredis': servers[0].address },
  { isWhole: false },
)
