/** Starts the demo with 10,000 made-up sessions and the page for operators. SESSIONS sets another number. */
import { randomBytes } from 'node:crypto'
import { type Clock, createSessionManager, envConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { serve } from '@sojourn/example-shop/serve'
import { limits } from '@sojourn/example-shop/settings'
import { memoryBackend } from '@sojourn/store-memory'
import { createApp } from './app.ts'
import { makeUp } from './made-up.ts'

const { SESSION_SECRET = randomBytes(32).toString('base64'), SESSIONS = '10000' } = process.env
const backend = memoryBackend({ max: Number.POSITIVE_INFINITY })
const connect = (clock?: Clock) =>
  createSessionManager(
    envConfig(SESSION_SECRET, {
      ...limits,
      store: keyedStore(backend),
      ...(clock ? { clock } : {}),
    }),
  )

await makeUp(connect, Number(SESSIONS))
console.log(`\nThere are ${SESSIONS} made-up sessions. Sign in as ada, then open /admin.`)

serve(() => {
  const manager = connect()
  return { manager, listener: createApp({ manager }) }
})
