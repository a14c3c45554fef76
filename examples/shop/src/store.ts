/** A store that can be taken down while the application runs. */
import { existsSync } from 'node:fs'
import { SessionStoreError, type StoreFactory } from '@sojourn/core'
import { memoryStore } from '@sojourn/store-memory'

/**
 * Returns a memory store that is down while the file STORE_DOWN exists. `touch` it to see what users get when the
 * sessions cannot be read.
 */
export function shopStore(): StoreFactory {
  const { STORE_DOWN } = process.env
  return failing(memoryStore(), () => STORE_DOWN !== undefined && existsSync(STORE_DOWN))
}

/** Returns a store that opens no session while `isDown` returns true. */
export function failing(factory: StoreFactory, isDown: () => boolean): StoreFactory {
  return (env) => {
    const store = factory(env)
    const error = () => new SessionStoreError('ERR_STORE_UNAVAILABLE', 'The store was taken down.')
    return {
      ...store,
      open: (tokens) => (isDown() ? Promise.reject(error()) : store.open(tokens)),
    }
  }
}
