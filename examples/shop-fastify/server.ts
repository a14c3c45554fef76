/** Starts the demo. PORT and SESSION_SECRET come from the environment. */
import { createSessionManager, devConfig } from '@sojourn/core'
import { serve } from '@sojourn/example-shop/serve'
import { limits } from '@sojourn/example-shop/settings'
import { memoryStore } from '@sojourn/store-memory'
import { createListener } from './app.ts'

const { SESSION_SECRET } = process.env

serve(() => {
  const options = { ...limits, store: memoryStore() }
  const manager = createSessionManager(devConfig(SESSION_SECRET, options))
  return { manager, listener: createListener({ manager }) }
})
