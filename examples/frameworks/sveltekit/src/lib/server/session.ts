/** The manager of this application. */
import '@sojourn/example-shop/session-data'
import { createSessionManager, defaultConfig, devConfig } from '@sojourn/core'
import { limits } from '@sojourn/example-shop/settings'
import { memoryStore } from '@sojourn/store-memory'

const { NODE_ENV, SESSION_SECRET = '' } = process.env
const config = NODE_ENV === 'production' ? defaultConfig : devConfig

export const manager = createSessionManager(
  config(SESSION_SECRET, { ...limits, store: memoryStore() }),
)
