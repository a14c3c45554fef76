import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import {
  allOperations,
  createBackendControl,
  createVisitor,
  type TestData,
} from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { expect } from 'vitest'
import { migrateStore } from '../src/index.ts'

/** Runs in place of a call that a server makes to its backends, and returns its result. */
export type Interruption = <Result>(run: () => Promise<Result>) => Promise<Result>

/** Interrupts a server at its call number `at`, counted from 0. */
interface Interrupt {
  readonly at: number
  readonly act: Interruption
  /** Whether all later calls are interrupted too: the server has died. */
  readonly isDead: boolean
}

export type Server = SessionManager<TestData>
export type World = Awaited<ReturnType<typeof createWorld>>

/** Creates two stores, a session of `ann` in the old one, and servers of every step of a migration. */
async function createWorld() {
  const entries: Record<'from' | 'to', Entries> = { from: new Map(), to: new Map() }
  const backends = {
    from: referenceBackend({ entries: entries.from }),
    to: referenceBackend({ entries: entries.to }),
  }
  const clock = { now: Date.UTC(2030, 0, 1) }
  const secret = randomBytes(32)
  const warn = () => undefined
  const server = (move: boolean, interrupt?: Interrupt): Server => {
    const control = createBackendControl()
    if (interrupt) control.intercept(allOperations, interruptAt(interrupt))
    const store = migrateStore({
      from: keyedStore(control.wrap(backends.from)),
      to: keyedStore(control.wrap(backends.to)),
      move,
    })
    const options = { clock: () => clock.now, warn, storeTimeout: '2s' } as const
    return createSessionManager<TestData>(devConfig(secret, { store, ...options }))
  }
  const servers = { old: server(false), new: server(true) }
  const only = { store: keyedStore(backends.from), clock: () => clock.now, warn }
  const unaware = createSessionManager<TestData>(devConfig(secret, only))
  const ann = createVisitor(servers.old)
  const id = await ann.request(async (session) => {
    await session.login('ann')
    await session.update((data) => Object.assign(data, { n: 1 }))
    return session.id
  })
  return { entries, clock, server, servers, unaware, ann, id }
}

function interruptAt({ at, act, isDead }: Interrupt): Interruption {
  let calls = 0
  return (run) => {
    const call = calls++
    return call === at || (isDead && call > at) ? act(run) : run()
  }
}

/** Returns the stores in which the session is alive. */
export function liveIn({ entries, id, clock }: World): string[] {
  return (['from', 'to'] as const).filter((name) => {
    const entry = entries[name].get(id)
    return entry !== undefined && 'value' in entry && entry.expiresAt > clock.now
  })
}

/** Lets a minute pass, in which the tombstones expire. */
export function forgetEnds({ entries, clock }: World): void {
  clock.now += 60_000
  for (const store of Object.values(entries))
    for (const [id, entry] of store) if ('ended' in entry) store.delete(id)
}

/** Returns the session's data by a cookie, or `null`. Fails unless all servers agree. */
export async function readEverywhere(
  { servers }: World,
  cookie: string | undefined,
): Promise<TestData | null> {
  const seen: (TestData | null)[] = []
  for (const server of Object.values(servers))
    await createVisitor(server, cookie).request((session) => {
      seen.push(session.isNew ? null : { ...session.data })
    })
  const [first = null, second = null] = seen
  expect(second, 'what the servers see').toEqual(first)
  return first
}

/**
 * Runs a story once for each call that a server makes, with an interruption at that call. Returns the number of calls.
 */
export async function atEachCall(
  story: (
    world: World,
    interrupt: (act: Interruption, server?: { move: boolean }) => Server,
  ) => Promise<void>,
  { isDead = false } = {},
): Promise<number> {
  for (let at = 0; ; at++) {
    const world = await createWorld()
    let isInterrupted = false
    await story(world, (act, { move } = { move: true }) =>
      world.server(move, {
        at,
        isDead,
        act(run) {
          isInterrupted = true
          return act(run)
        },
      }),
    )
    if (!isInterrupted) return at
  }
}
