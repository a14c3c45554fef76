import { proveModel } from '@sojourn/redis-lab'
import fc from 'fast-check'
import * as redis6 from 'redis'
import * as redis5 from 'redis5'
import { connectNodeRedis } from './connect.ts'

await proveModel(fc, {
  'redis 6': connectNodeRedis(redis6),
  'redis 5': connectNodeRedis(redis5),
})
