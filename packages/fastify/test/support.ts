import { randomBytes } from 'node:crypto'
import { controlledBackend } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionEvents,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { onTestFinished } from 'vitest'

declare module '@sojourn/core' {
  interface SessionData {
    n?: number
    name?: string
  }
}

export const secret = randomBytes(32)

/** Returns a manager, its `discarded` events, and the control of its backend. */
export function makeManager(options: Partial<ConfigOptions> = {}) {
  const control = controlledBackend()
  const store = keyedStore(control.backend)
  const warn = () => undefined
  const manager = createSessionManager(devConfig(secret, { store, warn, ...options }))
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  return { manager, control, discarded }
}

/** Closes what a test has opened. */
export function closing<App extends { close(): unknown }>(app: App): App {
  onTestFinished(async () => void (await app.close()))
  return app
}
