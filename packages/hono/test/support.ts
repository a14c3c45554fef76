import { controlledBackend } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionEvents,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'

export interface TestData {
  n?: number
  name?: string
  bad?: unknown
}

const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'

/** Returns a manager, its warnings and `discarded` events, and the control of its backend. */
export function makeManager(options: Omit<ConfigOptions, 'store'> = {}) {
  const control = controlledBackend()
  const warnings: string[] = []
  const discarded: SessionEvents['discarded'][] = []
  const store = keyedStore(control.backend)
  const warn = (message: string) => void warnings.push(message)
  const manager = createSessionManager<TestData>(devConfig(secret, { warn, ...options, store }))
  manager.on('discarded', (event) => discarded.push(event))
  return { manager, control, warnings, discarded }
}

/** The cookie as the next request sends it. */
export function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}
