import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import {
  createBackendControl,
  createVisitor,
  type TestData,
  type Visitor,
} from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionManager,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { MemoryStore } from 'express-session'
import { type ExpressSessionOptions, expressSessionSource } from '../../src/express-session.ts'
import { type MigrationOptions, migrateStore } from '../../src/index.ts'
import { type OldBrowser, secret, startOldApp } from './old-app.ts'

export type Server = SessionManager<TestData>

/** What a server differs in. */
export interface ServerOptions {
  readonly source?: Partial<ExpressSessionOptions>
  readonly migration?: Partial<Omit<MigrationOptions, 'from' | 'to'>>
  readonly manager?: Partial<ConfigOptions>
}

/**
 * An old application with express-session and its MemoryStore, new servers that import its sessions, and a controlled
 * backend behind those. Calls of the old store are recorded among those of the backend: `get`, `destroy`.
 */
export async function createWorld() {
  const oldStore = new MemoryStore()
  const entries: Entries = new Map()
  const control = createBackendControl()
  const backend = control.wrap(referenceBackend({ entries }))
  const clock = { now: Date.UTC(2030, 0, 1) }
  const secretKey = randomBytes(32)
  const oldCalls: string[] = []
  const records = Reflect.get(oldStore, 'sessions') as object
  const openOld = await startOldApp({ store: oldStore, cookie: { maxAge: 86_400_000 } })
  const store = new Proxy(oldStore, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (name !== 'get' && name !== 'destroy') return value
      return (...args: unknown[]) => {
        oldCalls.push(name)
        return Reflect.apply(value, target, args)
      }
    },
  })
  const server = ({ source, migration, manager }: ServerOptions = {}): Server => {
    const made = createSessionManager<TestData>(
      devConfig(secretKey, {
        store: migrateStore({
          from: expressSessionSource({
            store,
            secret,
            userId: ({ userId }) => userId,
            ...source,
          }),
          to: keyedStore(backend),
          ...migration,
        }),
        clock: () => clock.now,
        warn: () => undefined,
        ...manager,
      }),
    )
    return made
  }

  return {
    oldStore,
    oldCalls,
    entries,
    control,
    clock,
    openOld,
    server,
    /** Returns a browser of the old application that holds these values in its session. */
    async oldBrowser(values: object): Promise<OldBrowser> {
      const browser = openOld()
      await browser.put(values)
      return browser
    },
    /** Lets a minute pass, in which the tombstones expire. */
    forgetEnds() {
      clock.now += 60_000
      for (const [id, entry] of entries) if ('ended' in entry) entries.delete(id)
    },
    oldSessions: () => Object.keys(records).length,
    /** Returns a function that writes the old sessions again as they are now, as an old server does that was slow. */
    slowOldServer() {
      const before = { ...records }
      return () => void Object.assign(records, before)
    },
  }
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** Returns a visitor of a server with the cookies of a browser of the old application. */
export function moved(server: Server, { cookie }: OldBrowser): Visitor<TestData> {
  return createVisitor<TestData>(server, cookie)
}
