import { keyedStore, type StoreFactory } from '@sojourn/core'
import { memoryBackend } from './memory-backend.ts'
import { completeOptions, type MemoryOptions } from './memory-options.ts'

/**
 * Keeps sessions in the memory of this process, each manager its own: for development, for tests, and for one process
 * that may forget. A session displaced by `max` is also an event, `displaced`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` when `max` is not a positive integer.
 */
export function memoryStore(options: MemoryOptions = {}): StoreFactory {
  const settled = completeOptions(options)
  return keyedStore((env) =>
    memoryBackend({
      ...settled,
      onDisplaced(id) {
        env.emit('displaced', { id })
        settled.onDisplaced(id)
      },
    }),
  )
}
