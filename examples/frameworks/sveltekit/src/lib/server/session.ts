/** The manager of this application. */
import '@sojourn/example-shop/session-data'
import { createSessionManager, devConfig } from '@sojourn/core'
import { limits } from '@sojourn/example-shop/settings'
import { memoryStore } from '@sojourn/store-memory'

export const manager = createSessionManager(
  devConfig(process.env['SESSION_SECRET'], { ...limits, store: memoryStore() }),
)
