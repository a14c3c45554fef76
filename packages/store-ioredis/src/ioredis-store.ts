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
 * Creates a store that keeps sessions in Redis through a `new Redis()`, Sentinel included, or a `new Cluster()`. The
 * client stays yours: connect it before, close it afterwards.
 *
 * Options: `prefix` of all keys, after the client's own `keyPrefix` (default `'sojourn:'`), `codec` of the data
 * (default `msgpackCodec`), `waitFor: { replicas, timeoutMs }` in ms (default none), `warn` (default: the manager's).
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for another kind of client or one that reads from replicas, an
 * unknown option, a prefix or keyPrefix with braces, or a `waitFor` whose numbers are not positive integers.
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { secretFromFile } from '@sojourn/core/secrets'
 * import { ioredisStore } from '@sojourn/store-ioredis'
 * import { Redis } from 'ioredis'
 *
 * const redis = new Redis({
 *   enableOfflineQueue: false,
 *   maxRetriesPerRequest: 0,
 *   socketTimeout: 3_000,
 * })
 * redis.on('error', (error) => console.error(error))
 *
 * const secret = secretFromFile('/run/secrets/session')
 * const store = ioredisStore(redis, { prefix: 'shop:' })
 * export const manager = createSessionManager(defaultConfig(secret, { store }))
 */
export function ioredisStore(client: IoredisClient, options?: RedisStoreOptions): StoreFactory {
  return redisStore(createDriver(client), options)
}

/**
 * Creates a backend on the same clients, for tools, tests and the cookie store's `revocations`. Applications use
 * `ioredisStore`. Options: `prefix`, `waitFor` and `warn`, as there.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` as `ioredisStore` does.
 * @example
 * import { cookieStore } from '@sojourn/store-cookie'
 * import { ioredisBackend } from '@sojourn/store-ioredis'
 * import { Redis } from 'ioredis'
 *
 * const redis = new Redis({
 *   enableOfflineQueue: false,
 *   maxRetriesPerRequest: 0,
 *   socketTimeout: 3_000,
 * })
 * redis.on('error', (error) => console.error(error))
 *
 * export const store = cookieStore({
 *   revocations: ioredisBackend(redis, { prefix: 'revoked:' }),
 * })
 */
export function ioredisBackend(
  client: IoredisClient,
  options?: RedisBackendOptions,
): SessionBackend {
  return redisBackend(createDriver(client), options)
}
