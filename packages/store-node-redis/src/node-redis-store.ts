import type { StoreFactory } from '@sojourn/core'
import type { SessionBackend } from '@sojourn/core/store'
import {
  type RedisBackendOptions,
  type RedisStoreOptions,
  redisBackend,
  redisStore,
} from '@sojourn/store-redis'
import type { NodeRedisClient, NodeRedisCluster, NodeRedisSentinel } from './clients.ts'
import { clientDriver, clusterDriver, sentinelDriver } from './drivers.ts'

/**
 * Keeps sessions in Redis through `createClient()` or `createClientPool()`, which stays yours: connect it before, close
 * it after. `prefix` is `'sojourn:'` unless given.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for another client, or a prefix with braces.
 */
export function nodeRedisStore(client: NodeRedisClient, options?: RedisStoreOptions): StoreFactory {
  return redisStore(clientDriver(client), options)
}

/** The same through `createCluster()`. */
export function nodeRedisClusterStore(
  cluster: NodeRedisCluster,
  options?: RedisStoreOptions,
): StoreFactory {
  return redisStore(clusterDriver(cluster), options)
}

/** The same through `createSentinel()`. */
export function nodeRedisSentinelStore(
  sentinel: NodeRedisSentinel,
  options?: RedisStoreOptions,
): StoreFactory {
  return redisStore(sentinelDriver(sentinel), options)
}

/** `createClient()` or `createClientPool()` as a backend, for tools and tests; an application takes the store. */
export function nodeRedisBackend(
  client: NodeRedisClient,
  options?: RedisBackendOptions,
): SessionBackend {
  return redisBackend(clientDriver(client), options)
}

/** `createCluster()` as a backend. */
export function nodeRedisClusterBackend(
  cluster: NodeRedisCluster,
  options?: RedisBackendOptions,
): SessionBackend {
  return redisBackend(clusterDriver(cluster), options)
}

/** `createSentinel()` as a backend. */
export function nodeRedisSentinelBackend(
  sentinel: NodeRedisSentinel,
  options?: RedisBackendOptions,
): SessionBackend {
  return redisBackend(sentinelDriver(sentinel), options)
}
