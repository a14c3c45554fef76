import { proveFaults, proveHalfOpenTopologies, proveHalfOpenVariants } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis5'
import { connectIoredis } from './connect.ts'

const connect = connectIoredis(ioredis, 3_000)

proveFaults(connect, {
  failovers: ['Sentinel', 'Cluster'],
  passwordMissing: 'ERR_STORE_UNAVAILABLE',
  idleClient: 'notices with the next request',
})
proveHalfOpenVariants(connect)
proveHalfOpenTopologies(connect)
