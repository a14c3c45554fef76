import { SessionUsageError } from '../errors.ts'
import type { SessionStore, StoreSupports } from '../store/store.ts'
import type { SessionOptions } from './options.ts'

/** What an option needs of the store: where the store lacks it, the option would do nothing, and nobody would notice. */
const needs: readonly (readonly [option: keyof SessionOptions, need: keyof StoreSupports])[] = [
  ['limit', 'limit'],
  ['merge', 'conditionalWrite'],
  ['rotationInterval', 'conditionalWrite'],
  ['rotationGrace', 'conditionalWrite'],
  ['onReplay', 'conditionalWrite'],
]

/**
 * A store that was not called is a function of other arguments, and answers something else.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function checkStore(store: Partial<SessionStore>): void {
  if (typeof store?.open === 'function' && store.codec) return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'store did not answer a store when the manager called it. Call it first: store: memoryStore(), not store: memoryStore.',
  )
}

/**
 * Whether the store can do what the options ask for.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, naming the option.
 */
export function checkSupport(options: SessionOptions, { supports }: SessionStore): void {
  for (const [option, need] of needs) {
    if (options[option] === undefined || supports[need]) continue
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      `${option} is set and this store cannot enforce it. Leave ${option} out, or use a store whose supports.${need} is true.`,
    )
  }
}
