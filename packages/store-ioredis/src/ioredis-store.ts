import type { StoreFactory } from '@sojourn/core'
import type { SessionBackend } from '@sojourn/core/store'
import {
  type RedisBackendOptions,
  type RedisStoreOptions,
  redisBackend,
  redisStore,
} from '@sojourn/store-redis'
import { createDriver, type IoredisClient } from './driver.ts'

/**
 * Keeps sessions in Redis through `new Redis()`, Sentinel included, or `new Cluster()`, which stays yours: connect it
 * before, close it after. `prefix` is `'sojourn:'` unless given, and follows the client's own `keyPrefix`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for another client, one that reads from replicas, or a prefix or
 * keyPrefix with braces.
 */
export function ioredisStore(client: IoredisClient, options?: RedisStoreOptions): StoreFactory {
  return redisStore(createDriver(client), options)
}

/** The same as a backend, for tools and tests; an application takes the store. */
export function ioredisBackend(
  client: IoredisClient,
  options?: RedisBackendOptions,
): SessionBackend {
  return redisBackend(createDriver(client), options)
}
