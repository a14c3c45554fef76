import { randomBytes } from 'node:crypto'
import {
  controlledBackend,
  createVisitor,
  type TestData,
  type Visitor,
} from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { type ForeignCookies, keyedStore } from '@sojourn/core/store'
import { migrateStore, type SessionSource } from '../../src/index.ts'

/** A new application whose sessions come from a source. Its clock is that of the old one, unless a test puts it forward. */
export function createWorld(source: SessionSource, { keepOld = false } = {}) {
  const control = controlledBackend()
  const clock = { ahead: 0 }
  const manager = createSessionManager<TestData>(
    devConfig(randomBytes(32), {
      store: migrateStore({ from: source, to: keyedStore(control.backend), keepOld }),
      clock: () => Date.now() + clock.ahead,
      warn: () => undefined,
      storeTimeout: '10s',
    }),
  )
  return {
    manager,
    clock,
    control,
    /** Returns a browser with these cookies. */
    visitor: (cookie: string): Visitor => createVisitor(manager, cookie),
    /** Returns the calls of the new store that a request with these cookies makes, if it opens no session; else fails. */
    async callsOfRefused(cookie: string): Promise<readonly string[]> {
      control.takeCalls()
      const seen = await createVisitor(manager, cookie).read()
      if (seen !== null) throw new Error(`${cookie} opens ${JSON.stringify(seen)}`)
      return control.takeCalls()
    },
  }
}

/** Returns the cookies of a Cookie header as a source gets them. */
export function cookiesOf(header: string): ForeignCookies {
  const pairs = header.split('; ').map((pair) => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, equals), [pair.slice(equals + 1)]] as const
  })
  return new Map(pairs)
}

/** Returns a Cookie header with one value replaced. */
export function replaceValue(header: string, name: string, change: (value: string) => string) {
  return header
    .split('; ')
    .map((pair) =>
      pair.startsWith(`${name}=`) ? `${name}=${change(pair.slice(name.length + 1))}` : pair,
    )
    .join('; ')
}

/** How long the tombstone of an ended session is kept, and more, in ms. */
export const afterTombstone = 120_000
