import { proveModel } from '@sojourn/redis-lab'
import fc from 'fast-check'
import * as ioredis6 from 'ioredis'
import * as ioredis5 from 'ioredis5'
import { connectIoredis } from './connect.ts'

await proveModel(fc, {
  'ioredis 6': connectIoredis(ioredis6),
  'ioredis 5': connectIoredis(ioredis5),
})
