import { proveFaults } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis'
import { connectIoredis } from './connect.ts'

const connect = connectIoredis(ioredis, 3_000)

proveFaults(connect, {
  failovers: ['Cluster'],
  passwordMissing: 'ERR_STORE_UNAVAILABLE',
  idleClient: 'notices with the next request',
})
