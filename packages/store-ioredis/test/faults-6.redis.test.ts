import { proveFaults, proveMovingSlot } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis'
import { connectIoredis } from './connect.ts'

proveFaults(connectIoredis(ioredis), {
  clusterFailover: true,
  passwordMissing: 'ERR_STORE_UNAVAILABLE',
})
proveMovingSlot(connectIoredis(ioredis))
