import { proveFailovers, proveMovingSlot } from '@sojourn/redis-lab'
import * as redis from 'redis'
import { connectNodeRedis } from './connect.ts'

proveFailovers(connectNodeRedis(redis), ['Cluster'])
proveMovingSlot(connectNodeRedis(redis))
