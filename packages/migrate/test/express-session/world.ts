import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import {
  allOperations,
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
import { expect } from 'vitest'
import { type ExpressSessionOptions, expressSessionSource } from '../../src/express-session.ts'
import { type MigrationOptions, migrateStore } from '../../src/index.ts'
import { type OldBrowser, secret, startOldApp } from './old-app.ts'

export type Server = SessionManager<TestData>

/** Runs in place of a call that a server makes to the old store or the new backend, and returns its result. */
export type Interruption = <Result>(
  run: () => Promise<Result>,
  operation: string,
) => Promise<Result>

/** What a server differs in. */
export interface ServerOptions {
  readonly source?: Partial<ExpressSessionOptions>
  readonly migration?: Partial<Omit<MigrationOptions, 'from' | 'to'>>
  readonly manager?: Partial<ConfigOptions>
  /** Runs in place of each call; the calls are recorded in `calls` either way. */
  readonly interrupt?: Interruption
}

export const day = 86_400_000
export const start = Date.UTC(2030, 0, 1)

/**
 * An old application with the real express-session and its MemoryStore, and new servers that import its sessions into one
 * backend, which cannot `scan` on demand: then no epochs are read, once a second. Each server records its calls: those of the old store as `old get` and `old destroy`.
 */
export async function createWorld({ scans = true } = {}) {
  const oldStore = new MemoryStore()
  const records = Reflect.get(oldStore, 'sessions') as Record<string, string>
  const entries: Entries = new Map()
  const backend = referenceBackend({ entries, scans })
  const clock = { now: start }
  const secretKey = randomBytes(32)
  const openOld = await startOldApp({ store: oldStore, cookie: { maxAge: 10 * day } })
  const calls: string[] = []

  const server = ({ source, migration, manager, interrupt }: ServerOptions = {}): Server => {
    const intercept: Interruption = (run, operation) => {
      calls.push(operation)
      return interrupt ? interrupt(run, operation) : run()
    }
    const control = createBackendControl()
    control.intercept(allOperations, intercept)
    const made = createSessionManager<TestData>(
      devConfig(secretKey, {
        store: migrateStore({
          from: expressSessionSource({
            store: interceptStore(oldStore, intercept),
            secret,
            userId: ({ userId }) => userId,
            ...source,
          }),
          to: keyedStore(control.wrap(backend)),
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
    /** The records of the old store, by session id. */
    records,
    entries,
    clock,
    openOld,
    server,

    /** Returns the calls of all servers so far, and forgets them. */
    takeCalls: () => calls.splice(0),
    /** Returns a browser of the old application that holds these values in its session. */
    async oldBrowser(values: object): Promise<OldBrowser> {
      const browser = openOld()
      await browser.put(values)
      return browser
    },
    /** Returns a function that writes the old sessions again as they are now, as an old server does that was slow. */
    slowOldServer() {
      const before = { ...records }
      return () => void Object.assign(records, before)
    },
    /** Lets a minute pass, in which the tombstones expire. */
    forgetEnds() {
      clock.now += 60_000
      for (const [id, entry] of entries) if ('ended' in entry) entries.delete(id)
    },
  }
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** Returns a visitor of a server with the cookies of a browser of the old application. */
export function moved(server: Server, { cookie }: OldBrowser): Visitor<TestData> {
  return createVisitor<TestData>(server, cookie)
}

/** Fails if an old cookie opens a session, now or while the tombstones expire. */
export async function expectDead(world: World, server: Server, old: OldBrowser): Promise<void> {
  for (let minutes = 0; minutes < 3; minutes++) {
    expect(await moved(server, old).read()).toBeNull()
    world.forgetEnds()
  }
}

/** Returns an old store whose calls can be interrupted. */
function interceptStore(store: MemoryStore, intercept: Interruption) {
  const get = promisify(store.get.bind(store))
  const destroy = promisify(store.destroy.bind(store))
  return {
    get: (sid: string, done: (error?: unknown, session?: object | null) => void) =>
      void intercept(() => get(sid), 'old get').then((found) => done(null, found), done),
    destroy: (sid: string, done: (error?: unknown) => void) =>
      void intercept(() => destroy(sid), 'old destroy').then(() => done(), done),
  }
}

/**
 * Runs a story once for each call that a server makes, with an interruption at that call. Returns the number of calls. With
 * `isDead`, all later calls are interrupted too: the server has died.
 */
export async function atEachCall(
  story: (world: World, interrupt: (act: Interruption) => Server) => Promise<void>,
  { isDead = false } = {},
): Promise<number> {
  for (let at = 0; ; at++) {
    const world = await createWorld()
    let isInterrupted = false
    await story(world, (act) => {
      let count = 0
      return world.server({
        interrupt(run, operation) {
          const call = count++
          if (call !== at && !(isDead && call > at)) return run()
          isInterrupted = true
          return act(run, operation)
        },
      })
    })
    if (!isInterrupted) return at
  }
}
