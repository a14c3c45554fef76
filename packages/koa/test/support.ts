import { referenceBackend } from '@sojourn/conformance/backend'
import { type ConfigOptions, createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import Koa3, { type Middleware } from 'koa'
import Koa2 from 'koa2'

declare module '@sojourn/core' {
  interface SessionData {
    n?: number
    name?: string
    bad?: unknown
  }
}

/** Both ends of the range that we promise. */
export const frameworks: readonly (readonly [string, () => Koa3])[] = [
  ['Koa 3', () => new Koa3()],
  ['Koa 2', () => new Koa2() as unknown as Koa3],
]

const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'

/** A manager, and a switch that has every write of its store fail. */
export function makeManager(options: Omit<ConfigOptions, 'store'> = {}) {
  const control = { failsToWrite: false }
  const store = keyedStore(refusing(referenceBackend(), () => control.failsToWrite))
  const manager = createSessionManager(devConfig(secret, { ...options, store }))
  return { manager, control }
}

/** An application of middleware in this order. What it logs is in `errors`. */
export function makeApp(make: () => Koa3, ...middleware: readonly Middleware[]) {
  const errors: Error[] = []
  const app = make()
  app.on('error', (error: Error) => errors.push(error))
  for (const each of middleware) app.use(each)
  return { app, errors, listener: app.callback() }
}

function refusing(backend: SessionBackend, isOn: () => boolean): SessionBackend {
  const refuse = () => Promise.reject(new Error('no such host'))
  return {
    ...backend,
    insert: (...args) => (isOn() ? refuse() : backend.insert(...args)),
    replace: (...args) => (isOn() ? refuse() : backend.replace(...args)),
  }
}
