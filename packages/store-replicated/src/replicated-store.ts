import type { StoreFactory } from '@sojourn/core'
import { type KeyedStoreOptions, keyedStore } from '@sojourn/core/store'
import type { InstanceFailure } from './instance.ts'
import type { Instances, ReplicatedOptions } from './options.ts'
import { replicatedBackend } from './replicated-backend.ts'

/** Options of `replicatedStore`. */
export interface ReplicatedStoreOptions extends ReplicatedOptions, KeyedStoreOptions {}

/**
 * Creates a store that keeps every session on several independent databases, as `replicatedBackend` does. Each call of an
 * instance that fails is an event `failed`, too, whose error names the instance.
 *
 * @param instances Three or five backends by name, each over a database of its own.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for too few instances, an even number, one that does not support
 * `conditionalWrite`, `list` and `scan`, or a wrong option.
 * @example
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { nodeRedisBackend } from '@sojourn/store-node-redis'
 * import { replicatedStore } from '@sojourn/store-replicated'
 *
 * const store = replicatedStore({
 *   paris: nodeRedisBackend(paris),
 *   london: nodeRedisBackend(london),
 *   berlin: nodeRedisBackend(berlin),
 * })
 * export const manager = createSessionManager(envConfig(process.env['SESSION_SECRET'], { store }))
 */
export function replicatedStore(
  instances: Instances,
  { codec, reads, signRows, ...options }: ReplicatedStoreOptions = {},
): StoreFactory {
  const keyed = {
    ...(codec ? { codec } : {}),
    ...(reads ? { reads } : {}),
    ...(signRows === undefined ? {} : { signRows }),
  }
  replicatedBackend(instances, options) // throws here for a wrong option, not when the manager is made
  return keyedStore(({ emit }) => {
    const onFailed = (failure: InstanceFailure) => {
      emit('failed', { operation: failure.operation, error: failure.error })
      options.onFailed?.(failure)
    }
    return replicatedBackend(instances, { ...options, onFailed })
  }, keyed)
}
