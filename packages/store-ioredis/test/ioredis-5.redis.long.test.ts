import { proveConformance, sharedServers } from '@sojourn/redis-lab'
import * as ioredis from 'ioredis5'
import { connectIoredis } from './connect.ts'

const { standalone, cluster, sentinel, secure } = sharedServers()

await proveConformance(connectIoredis(ioredis), { standalone, cluster, sentinel, secure })
