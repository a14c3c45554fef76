import type { Codec, StoreFactory } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import type { RedisDriver } from './driver.ts'
import { msgpackCodec } from './msgpack-codec.ts'
import { type RedisBackendOptions, redisBackend } from './redis-backend.ts'

/** Options of `redisStore` and of the stores built on it. */
export interface RedisStoreOptions extends RedisBackendOptions {
  /**
   * The codec of `session.data`, unless the application's configuration has one. Each value names its codec, so the
   * codec can be changed while sessions live: values of `msgpackCodec` and `jsonCodec` stay readable, and are
   * rewritten in the new codec with their next change.
   * @default msgpackCodec
   */
  readonly codec?: Codec
  /**
   * True: each session is signed with a key derived from `secretKey`, and one that is not, or was changed, is not opened. So
   * whoever can write to Redis cannot change what it holds. `'write'`: sessions are signed, and unsigned ones are still
   * opened, for the transition.
   * @default false
   */
  readonly signRows?: boolean | 'write'
}

/**
 * Creates a store that keeps sessions in Redis through a driver. For the two common clients use `nodeRedisStore` of
 * `@sojourn/store-node-redis` or `ioredisStore` of `@sojourn/store-ioredis`, which bring their drivers.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an unknown option, a prefix with braces, or a `waitFor` whose
 * numbers are not positive integers.
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { secretFromFile } from '@sojourn/core/secrets'
 * import { type RedisDriver, redisStore } from '@sojourn/store-redis'
 *
 * declare const driver: RedisDriver // yours: see redisBackend
 *
 * const secret = secretFromFile('/run/secrets/session')
 * const store = redisStore(driver, { prefix: 'app:' })
 * export const manager = createSessionManager(defaultConfig(secret, { store }))
 */
export function redisStore(
  driver: RedisDriver,
  { codec = msgpackCodec, signRows = false, ...options }: RedisStoreOptions = {},
): StoreFactory {
  redisBackend(driver, options) // throws here for a wrong option, not when the manager is made
  return keyedStore(({ warn }) => redisBackend(driver, { warn, ...options }), {
    codec,
    reads: [msgpackCodec],
    signRows,
  })
}
