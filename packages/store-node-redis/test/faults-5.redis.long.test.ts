import { proveFaults, proveHalfOpenTopologies, proveHalfOpenVariants } from '@sojourn/redis-lab'
import * as redis from 'redis5'
import { connectNodeRedis, documented } from './connect.ts'

const connect = connectNodeRedis(redis, documented)

// node-redis 5 looks for a new master in a Cluster only when a node tells it of one, which a dead one does not.
proveFaults(connect, {
  failovers: ['Sentinel'],
  passwordMissing: 'ERR_STORE_REFUSED',
  idleClient: 'notices by itself',
})
proveHalfOpenVariants(connect)
proveHalfOpenTopologies(connect)
