import { proveFaults } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis5'
import { connectIoredis } from './connect.ts'

proveFaults(connectIoredis(ioredis), {
  failovers: ['Sentinel', 'Cluster'],
  passwordMissing: 'ERR_STORE_UNAVAILABLE',
})
