import type { StoreFactory } from '@sojourn/core'
import { type Emit, keyedStore } from '@sojourn/core/store'
import { memoryBackend } from './memory-backend.ts'
import { resolveOptions, type MemoryOptions } from './memory-options.ts'

/**
 * Keeps sessions in the memory of this process: for development, for tests, and for one process that may forget. All
 * managers made with one `memoryStore()` share it; it empties when the last of them closes. A session displaced by
 * `max` is also an event, `displaced`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` when `max` is not a positive integer.
 */
export function memoryStore(options: MemoryOptions = {}): StoreFactory {
  const settled = resolveOptions(options)
  const managers = new Set<Emit>()
  const backend = memoryBackend({
    ...settled,
    onDisplaced(id) {
      for (const emit of managers) emit('displaced', { id })
      settled.onDisplaced(id)
    },
  })
  return keyedStore(({ emit }) => {
    managers.add(emit)
    return {
      ...backend,
      async close() {
        managers.delete(emit)
        if (managers.size === 0) await backend.close()
      },
    }
  })
}
