import {
  proveFailovers,
  proveHalfOpenTopologies,
  proveHalfOpenVariants,
  proveMovingSlot,
} from '@sojourn/redis-lab'
import * as ioredis from 'ioredis'
import { connectIoredis } from './connect.ts'

const connect = connectIoredis(ioredis, 3_000)

proveFailovers(connect, ['Sentinel'])
proveMovingSlot(connect)
proveHalfOpenVariants(connect)
proveHalfOpenTopologies(connect)
