import { proveConformance, sharedServers } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis'
import { connectIoredis } from './connect.ts'

const { standalone } = sharedServers()

await proveConformance(connectIoredis(ioredis), { standalone })
