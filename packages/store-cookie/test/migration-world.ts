import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import { allOperations, createBackendControl } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { migrateStore } from '@sojourn/migrate'
import { cookieStore } from '@sojourn/store-cookie'
import { request, type TestData, t0 } from './support.ts'

/** Runs in place of a call that a server makes to a backend, and returns its result. */
export type Interruption = <Result>(run: () => Promise<Result>) => Promise<Result>

export type Server = SessionManager<TestData>
export type World = Awaited<ReturnType<typeof createWorld>>

/** Creates a cookie store, the store to migrate to, a sealed session of `ann`, and servers of all steps. */
export async function createWorld() {
  const entries: Record<'revocations' | 'to', Entries> = { revocations: new Map(), to: new Map() }
  const backends = {
    revocations: referenceBackend({ entries: entries.revocations }),
    to: referenceBackend({ entries: entries.to }),
  }
  const clock = { now: t0 }
  const secret = randomBytes(32)
  const server = (move: boolean, interruption?: Interruption): Server => {
    const control = createBackendControl()
    if (interruption) control.intercept(allOperations, interruption)
    const from = cookieStore({ revocations: control.wrap(backends.revocations) })
    const to = keyedStore(control.wrap(backends.to))
    const options = { clock: () => clock.now, warn: () => undefined, storeTimeout: '20s' } as const
    return createSessionManager<TestData>(
      devConfig(secret, { store: migrateStore({ from, to, move }), ...options }),
    )
  }
  const servers = { old: server(false), new: server(true) }
  const only = { store: keyedStore(backends.to), clock: () => clock.now, warn: () => undefined }
  const last = createSessionManager<TestData>(devConfig(secret, only))
  const signedIn = await request(servers.old, undefined, async (session) => {
    await session.login('ann')
    session.data['n'] = 1
  })
  return { entries, clock, server, servers, last, cookie: signedIn.cookie, id: signedIn.session.id }
}

/**
 * Runs a story once for each call that a server makes, with an interruption at that call. Returns the number of calls.
 */
export async function atEachCall(
  story: (
    world: World,
    interrupted: (act: Interruption, server?: { move: boolean; isDead?: boolean }) => Server,
  ) => Promise<void>,
): Promise<number> {
  for (let at = 0; ; at++) {
    const world = await createWorld()
    const seen = { calls: 0 }
    await story(world, (act, { move, isDead = false } = { move: true }) =>
      world.server(move, (run) => {
        const call = seen.calls++
        return call === at || (isDead && call > at) ? act(run) : run()
      }),
    )
    if (seen.calls <= at) return at
  }
}

/** Returns what each server finds by a cookie: the data, or why there is none. */
export async function readEverywhere({ servers }: World, cookie: string | undefined) {
  const seen = []
  for (const server of Object.values(servers)) {
    const { session } = await request(server, cookie)
    seen.push(session.ended ?? (session.isNew ? 'new' : session.data))
  }
  return seen
}

/** Lets a minute pass, in which the tombstones expire. */
export function forgetEnds({ entries, clock }: World): void {
  clock.now += 60_000
  for (const kept of Object.values(entries))
    for (const [id, entry] of kept) if ('ended' in entry) kept.delete(id)
}
