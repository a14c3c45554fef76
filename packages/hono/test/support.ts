import { referenceBackend } from '@sojourn/conformance/backend'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionEvents,
} from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'

export interface TestData {
  n?: number
  name?: string
  bad?: unknown
}

const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'

/** A manager, what it warned of and discarded, and a switch that has every write of its store fail. */
export function makeManager(options: Omit<ConfigOptions, 'store'> = {}) {
  const control = { failsToWrite: false }
  const warnings: string[] = []
  const discarded: SessionEvents['discarded'][] = []
  const store = keyedStore(refusing(referenceBackend(), () => control.failsToWrite))
  const warn = (message: string) => void warnings.push(message)
  const manager = createSessionManager<TestData>(devConfig(secret, { warn, ...options, store }))
  manager.on('discarded', (event) => discarded.push(event))
  return { manager, control, warnings, discarded }
}

/** The cookie as the next request sends it. */
export function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

function refusing(backend: SessionBackend, isOn: () => boolean): SessionBackend {
  const refuse = () => Promise.reject(new Error('no such host'))
  return {
    ...backend,
    insert: (...args) => (isOn() ? refuse() : backend.insert(...args)),
    replace: (...args) => (isOn() ? refuse() : backend.replace(...args)),
  }
}
