import { once } from 'node:events'
import { freshPrefix, sharedServers } from '@sojourn/redis-lab'
import { ioredisStore } from '@sojourn/store-ioredis'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe } from 'vitest'
import { proveDeviceBinding } from './cases.ts'

const { host, port } = sharedServers().standalone
const nodeRedis = createClient({ socket: { host, port } })
const ioredis = new Redis({ host, port, lazyConnect: true })

beforeAll(async () => {
  await Promise.all([nodeRedis.connect(), ioredis.connect()])
})
afterAll(async () => {
  nodeRedis.destroy()
  ioredis.disconnect()
  if (ioredis.status !== 'end') await once(ioredis, 'end')
})

describe('node-redis', () => {
  proveDeviceBinding(() => nodeRedisStore(nodeRedis, { prefix: freshPrefix() }))
})

describe('ioredis', () => {
  proveDeviceBinding(() => ioredisStore(ioredis, { prefix: freshPrefix() }))
})
