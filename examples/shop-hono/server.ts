/** Starts the demo on Node. HOST, PORT and SESSION_SECRET come from the environment. */
import { getRequestListener } from '@hono/node-server'
import { createSessionManager, envConfig } from '@sojourn/core'
import { deviceBinding } from '@sojourn/example-shop/device-binding'
import { serve } from '@sojourn/example-shop/serve'
import { limits } from '@sojourn/example-shop/settings'
import { memoryStore } from '@sojourn/store-memory'
import { createApp } from './app.ts'

const { SESSION_SECRET } = process.env

serve(() => {
  const options = { ...limits, ...deviceBinding(), store: memoryStore() }
  const manager = createSessionManager(envConfig(SESSION_SECRET, options))
  return { manager, listener: getRequestListener(createApp({ manager }).fetch) }
})
