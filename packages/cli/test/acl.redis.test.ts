import { proveConformance, sharedServers } from '@sojourn/redis-lab'
import { connectIoredis, connectNodeRedis, grant } from './granted.ts'

// The suites of the stores, with the rights that `sojourn acl` prints.

const { standalone } = sharedServers()
await grant([standalone], 'node-redis')
await grant([standalone], 'ioredis')

await proveConformance(connectNodeRedis, { 'node-redis': standalone }, { isWhole: false })
await proveConformance(connectIoredis, { ioredis: standalone }, { isWhole: false })
