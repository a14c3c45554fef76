export type {
  CommandOptions,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisSentinel,
} from './clients.ts'
export {
  nodeRedisBackend,
  nodeRedisClusterBackend,
  nodeRedisClusterStore,
  nodeRedisSentinelBackend,
  nodeRedisSentinelStore,
  nodeRedisStore,
} from './node-redis-store.ts'
