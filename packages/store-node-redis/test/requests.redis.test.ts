import { proveRequests } from '@sojourn/redis-lab'
import * as redis6 from 'redis'
import * as redis5 from 'redis5'
import { connectNodeRedis } from './connect.ts'

await proveRequests({
  'redis 6': connectNodeRedis(redis6),
  'redis 5': connectNodeRedis(redis5),
})
