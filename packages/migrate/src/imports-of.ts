import { SessionUsageError } from '@sojourn/core'
import type { SessionStore, StoreImports } from '@sojourn/core/store'

/** Returns the imports of the store that takes sessions over. @throws SessionUsageError `ERR_CONFIG_INVALID` without them. */
export function importsOf({ imports }: SessionStore): StoreImports {
  if (imports) return imports
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'Sessions cannot be moved into this store, because nothing in it decides between two requests that move one. Move to a keyed store, such as one for Redis.',
  )
}
