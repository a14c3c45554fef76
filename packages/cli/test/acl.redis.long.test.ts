import { proveConformance, sharedServers } from '@sojourn/redis-lab'
import { connectIoredis, connectNodeRedis, grant } from './granted.ts'

// The suites of the stores on a Cluster, with the rights that `sojourn acl --cluster` prints.

const { cluster } = sharedServers()
await grant(cluster.nodes, 'node-redis', '--cluster')
await grant(cluster.nodes, 'ioredis', '--cluster')

await proveConformance(connectNodeRedis, { 'node-redis': cluster })
await proveConformance(connectIoredis, { ioredis: cluster })
