import { proveFailovers, proveMovingSlot } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis'
import { connectIoredis } from './connect.ts'

proveFailovers(connectIoredis(ioredis), ['Sentinel'])
proveMovingSlot(connectIoredis(ioredis))
