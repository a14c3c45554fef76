import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionEvents,
} from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { onTestFinished } from 'vitest'

declare module '@sojourn/core' {
  interface SessionData {
    n?: number
    name?: string
  }
}

export const secret = randomBytes(32)

/** A manager whose backend counts what it is asked for, and fails its writes while `trouble` is on. */
export function watchedManager(options: Partial<ConfigOptions> = {}) {
  const watched = { calls: [] as string[], trouble: false }
  const backend = new Proxy(referenceBackend(), {
    get(target, key: keyof SessionBackend) {
      const member = target[key]
      if (typeof member !== 'function') return member
      return async (...args: never[]) => {
        watched.calls.push(key)
        if (watched.trouble && key !== 'find') throw new Error('ECONNREFUSED')
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
  const warn = () => undefined
  const manager = createSessionManager(
    devConfig(secret, { store: keyedStore(backend), warn, ...options }),
  )
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  return { manager, watched, discarded }
}

/** Closes what a test has opened. */
export function closing<App extends { close(): unknown }>(app: App): App {
  onTestFinished(async () => void (await app.close()))
  return app
}
