import { proveFaults } from '@sojourn/redis-lab'
import * as redis from 'redis5'
import { connectNodeRedis } from './connect.ts'

// node-redis 5 looks for a new master in a Cluster only when a node tells it of one, which a dead one does not.
proveFaults(connectNodeRedis(redis), {
  failovers: ['Sentinel'],
  passwordMissing: 'ERR_STORE_REFUSED',
})
