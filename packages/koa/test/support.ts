import { controlledBackend } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionEvents,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
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

/** Returns a manager, the changes that it discarded, and the control of its backend. */
export function makeManager(options: Omit<ConfigOptions, 'store'> = {}) {
  const control = controlledBackend()
  const store = keyedStore(control.backend)
  const manager = createSessionManager(devConfig(secret, { ...options, store }))
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  return { manager, control, discarded }
}

/** An application of middleware in this order. What it logs is in `errors`. */
export function makeApp(make: () => Koa3, ...middleware: readonly Middleware[]) {
  const errors: Error[] = []
  const app = make()
  app.on('error', (error: Error) => errors.push(error))
  for (const each of middleware) app.use(each)
  return { app, errors, listener: app.callback() }
}
