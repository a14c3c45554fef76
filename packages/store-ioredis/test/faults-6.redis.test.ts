import { proveFaults } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis'
import { connectIoredis } from './connect.ts'

proveFaults(connectIoredis(ioredis), {
  failovers: ['Cluster'],
  passwordMissing: 'ERR_STORE_UNAVAILABLE',
})
