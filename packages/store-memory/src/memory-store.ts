import type { StoreFactory } from '@sojourn/core'
import { type Emit, keyedStore } from '@sojourn/core/store'
import { memoryBackend } from './memory-backend.ts'
import { type MemoryOptions, resolveOptions } from './memory-options.ts'

/**
 * Creates a store that keeps sessions in the memory of this process: for development, tests, and single processes that
 * may lose their sessions. All managers made with one `memoryStore()` share it; it is emptied when the last of them
 * closes. A session displaced by `max` also emits the event `displaced`.
 *
 * Options: `max` live sessions (default 100,000), `onDisplaced(id)` (default none), `warn` (default `console.warn`).
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `max` is neither a positive integer nor `Infinity`, or for an unknown option.
 * @example
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { memoryStore } from '@sojourn/store-memory'
 *
 * const store = memoryStore({ max: 10_000 })
 * export const manager = createSessionManager(envConfig(process.env['SESSION_SECRET'], { store }))
 */
export function memoryStore(options: MemoryOptions = {}): StoreFactory {
  const resolved = resolveOptions(options)
  const managers = new Set<Emit>()
  const backend = memoryBackend({
    ...resolved,
    onDisplaced(id) {
      for (const emit of managers) emit('displaced', { id })
      resolved.onDisplaced(id)
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
