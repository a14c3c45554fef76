export type {
  CommandOptions,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisConnection,
  NodeRedisLease,
  NodeRedisSentinel,
} from './clients.ts'
export { type CredentialsFromFile, credentialsFromFile } from './credentials-from-file.ts'
export {
  nodeRedisBackend,
  nodeRedisClusterBackend,
  nodeRedisClusterStore,
  nodeRedisSentinelBackend,
  nodeRedisSentinelStore,
  nodeRedisStore,
} from './node-redis-store.ts'
