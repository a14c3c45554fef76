import { proveFaults, proveMovingSlot } from '@sojourn/redis-lab'
import * as redis from 'redis'
import { connectNodeRedis } from './connect.ts'

proveFaults(connectNodeRedis(redis), {
  clusterFailover: true,
  passwordMissing: 'ERR_STORE_UNAVAILABLE',
})
proveMovingSlot(connectNodeRedis(redis))
