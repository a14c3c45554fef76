import { randomBytes } from 'node:crypto'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { expect } from 'vitest'
import { migrateStore } from '../src/index.ts'
import { browser, mapBackend, type TestData, visit } from './support.ts'

/** What happens to the nth call that a server makes to its backends. Answers what the server gets for it. */
export type Interruption = <Result>(run: () => Promise<Result>) => Promise<Result>

/** Interrupts a server at its call number `at`, counted from 0. */
interface Interrupt {
  readonly at: number
  readonly act: Interruption
  /** Whether all calls after it fare the same: the server has died. */
  readonly isDead: boolean
}

export type Server = SessionManager<TestData>
export type World = Awaited<ReturnType<typeof createWorld>>

/** Two stores, a session of `ann` in the old one, and servers of every step of a migration. */
async function createWorld() {
  const backends = { from: mapBackend(), to: mapBackend() }
  const clock = { now: Date.UTC(2030, 0, 1) }
  const secret = randomBytes(32)
  const server = (move: boolean, interrupt?: Interrupt): Server => {
    const calls = { made: 0 }
    const around: Interruption = (run) => {
      const made = calls.made++
      if (interrupt === undefined || made < interrupt.at) return run()
      return made === interrupt.at || interrupt.isDead ? interrupt.act(run) : run()
    }
    const store = migrateStore({
      from: keyedStore(interruptible(backends.from, around)),
      to: keyedStore(interruptible(backends.to, around)),
      move,
    })
    const warn = () => undefined
    const options = { clock: () => clock.now, warn, storeTimeout: '2s' } as const
    return createSessionManager<TestData>(devConfig(secret, { store, ...options }))
  }
  const servers = { old: server(false), new: server(true) }
  const only = { store: keyedStore(backends.from), clock: () => clock.now, warn: () => undefined }
  const unaware = createSessionManager<TestData>(devConfig(secret, only))
  const ann = browser()
  const { session } = await visit(servers.old, ann, async (session) => {
    await session.login('ann')
    await session.update((data) => Object.assign(data, { n: 1 }))
  })
  return { backends, clock, server, servers, unaware, ann, id: session.id }
}

/** Where the session lives now, and as how many records. */
export function liveIn({ backends, id, clock }: World): string[] {
  return (['from', 'to'] as const).filter((name) => {
    const row = backends[name].rows.get(id)
    return row !== undefined && 'value' in row && row.expiresAt > clock.now
  })
}

/** Lets a minute pass for the tombstones. */
export function forgetEnds({ backends, clock }: World): void {
  clock.now += 60_000
  for (const { rows } of Object.values(backends))
    for (const [id, row] of rows) if ('ended' in row) rows.delete(id)
}

/** What every server sees of the session of a cookie: they must agree. */
export async function look(world: World, cookie: string | undefined): Promise<TestData | null> {
  const seen = []
  for (const server of Object.values(world.servers)) {
    const { session } = await visit(server, withCookie(cookie))
    seen.push(session.isNew ? null : { ...session.data })
  }
  const [first = null, second = null] = seen
  expect(second, 'what the servers see').toEqual(first)
  return first
}

/** Another browser with the same cookie: a request at the same time, a thief, or a response that comes late. */
export function withCookie(cookie: string | undefined): ReturnType<typeof browser> {
  const other = browser()
  other.jar.cookie = cookie
  return other
}

/** Runs a story with an interruption at the first call of a server, then at the second, until none is left to interrupt. */
export async function atEachCall(
  story: (
    world: World,
    interrupt: (act: Interruption, server?: { move: boolean }) => Server,
  ) => Promise<void>,
  { isDead = false } = {},
): Promise<number> {
  for (let at = 0; ; at++) {
    const world = await createWorld()
    const done = { isInterrupted: false }
    await story(world, (act, { move } = { move: true }) =>
      world.server(move, {
        at,
        isDead,
        act: (run) => {
          done.isInterrupted = true
          return act(run)
        },
      }),
    )
    if (!done.isInterrupted) return at
  }
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
