import { proveFaults } from '@sojourn/redis-lab'
import * as redis from 'redis'
import { connectNodeRedis } from './connect.ts'

proveFaults(connectNodeRedis(redis), {
  failovers: ['Sentinel'],
  passwordMissing: 'ERR_STORE_UNAVAILABLE',
})
