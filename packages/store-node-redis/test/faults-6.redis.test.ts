import { proveFaults } from '@sojourn/redis-lab'
import * as redis from 'redis'
import { connectNodeRedis, documented } from './connect.ts'

const connect = connectNodeRedis(redis, documented)

proveFaults(connect, {
  failovers: ['Sentinel'],
  passwordMissing: 'ERR_STORE_UNAVAILABLE',
  idleClient: 'notices by itself',
})
