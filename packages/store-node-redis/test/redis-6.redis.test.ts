import { proveConformance, sharedServers } from '@sojourn/redis-lab'
import * as redis from 'redis'
import { connectNodeRedis } from './connect.ts'

const { standalone } = sharedServers()

await proveConformance(connectNodeRedis(redis), { standalone })
