import { proveConformance, sharedServers } from '@sojourn/redis-lab'
import * as redis from 'redis'
import { connectNodeRedis, connectPool } from './connect.ts'

const { standalone, cluster, sentinel, secure } = sharedServers()

await proveConformance(connectNodeRedis(redis), { cluster, sentinel, secure })
await proveConformance(connectPool(redis), { pool: standalone })
