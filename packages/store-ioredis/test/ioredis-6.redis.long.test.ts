import { proveConformance, sharedServers } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis'
import { connectIoredis } from './connect.ts'

const { cluster, sentinel, secure } = sharedServers()

await proveConformance(connectIoredis(ioredis), { cluster, sentinel, secure })
