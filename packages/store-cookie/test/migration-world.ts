import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { migrateStore } from '@sojourn/migrate'
import { cookieStore } from '@sojourn/store-cookie'
import { type TestData, t0, visit } from './support.ts'

/** What happens around one call that a server makes to a backend. */
export type Interruption = <Result>(run: () => Promise<Result>) => Promise<Result>

export type Server = SessionManager<TestData>
export type World = Awaited<ReturnType<typeof createWorld>>

/** A cookie store, the store that takes its sessions over, a sealed session of `ann`, and servers of all steps. */
export async function createWorld() {
  const entries: Record<'marks' | 'to', Entries> = { marks: new Map(), to: new Map() }
  const backends = {
    marks: referenceBackend({ entries: entries.marks }),
    to: referenceBackend({ entries: entries.to }),
  }
  const clock = { now: t0 }
  const secret = randomBytes(32)
  const server = (move: boolean, around: Interruption = (run) => run()): Server => {
    const from = cookieStore({ revocations: interruptible(backends.marks, around) })
    const to = keyedStore(interruptible(backends.to, around))
    const options = { clock: () => clock.now, warn: () => undefined, storeTimeout: '20s' } as const
    return createSessionManager<TestData>(
      devConfig(secret, { store: migrateStore({ from, to, move }), ...options }),
    )
  }
  const servers = { old: server(false), new: server(true) }
  const only = { store: keyedStore(backends.to), clock: () => clock.now, warn: () => undefined }
  const last = createSessionManager<TestData>(devConfig(secret, only))
  const signedIn = await visit(servers.old, undefined, async (session) => {
    await session.login('ann')
    session.data['n'] = 1
  })
  return { entries, clock, server, servers, last, cookie: signedIn.cookie, id: signedIn.session.id }
}

/**
 * Runs a story once for each call that a server makes, which is interrupted there: at its first call, then at its
 * second, until none is left. Answers how many calls there were.
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

/** What every server sees of a cookie: data, or why there is none. They agree. */
export async function look({ servers }: World, cookie: string | undefined) {
  const seen = []
  for (const server of Object.values(servers)) {
    const { session } = await visit(server, cookie)
    seen.push(session.ended ?? (session.isNew ? 'new' : session.data))
  }
  return seen
}

function interruptible(backend: SessionBackend, around: Interruption): SessionBackend {
  return new Proxy(backend, {
    get(target, key: keyof SessionBackend) {
      const member = target[key]
      if (typeof member !== 'function') return member
      return (...args: never[]) =>
        around(async () => (await Reflect.apply(member, target, args)) as never)
    },
  })
}

/** Lets a minute pass for the tombstones. */
export function forgetEnds({ entries, clock }: World): void {
  clock.now += 60_000
  for (const kept of Object.values(entries))
    for (const [id, entry] of kept) if ('ended' in entry) kept.delete(id)
}
