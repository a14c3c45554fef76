import {
  proveFailovers,
  proveHalfOpen,
  proveHalfOpenTopologies,
  proveHalfOpenVariants,
  proveMovingSlot,
} from '@sojourn/redis-lab'
import * as redis from 'redis'
import { connectNodeRedis, connectPool, documented } from './connect.ts'

const connect = connectNodeRedis(redis, documented)

proveFailovers(connect, ['Cluster'])
proveMovingSlot(connect)
proveHalfOpenVariants(connect)
proveHalfOpenTopologies(connect)
proveHalfOpen(connectPool(redis, documented), 'notices by itself')

// Without the settings the driver alone notices.
proveHalfOpen(connectNodeRedis(redis), 'notices with the next request')
proveHalfOpen(connectPool(redis), 'notices with the next request')
proveHalfOpenTopologies(connectNodeRedis(redis))
