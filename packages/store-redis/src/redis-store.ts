import type { Codec, StoreFactory } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import type { RedisDriver } from './driver.ts'
import { msgpackCodec } from './msgpack-codec.ts'
import { type RedisBackendOptions, redisBackend } from './redis-backend.ts'

/** How a Redis store is set up. */
export interface RedisStoreOptions extends RedisBackendOptions {
  /**
   * Writes the sessions where the application's own configuration names no codec. Each value says who wrote it, so a
   * codec can be changed while sessions live: older ones are read by theirs and written anew at their next change.
   * @default msgpackCodec
   */
  readonly codec?: Codec
}

/**
 * A store in Redis over a driver; the packages @sojourn/store-node-redis and @sojourn/store-ioredis bring one each.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for a prefix with braces.
 */
export function redisStore(
  driver: RedisDriver,
  { codec = msgpackCodec, ...options }: RedisStoreOptions = {},
): StoreFactory {
  redisBackend(driver, options) // so that a wrong option throws here, not when the manager is made
  return keyedStore(({ warn }) => redisBackend(driver, { warn, ...options }), {
    codec,
    reads: [msgpackCodec],
  })
}
