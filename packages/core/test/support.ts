import { randomBytes, randomUUID } from 'node:crypto'
import { vi } from 'vitest'
import type { Carrier } from '../src/http/carrier.ts'
import { keyedStore } from '../src/keyed/keyed-store.ts'
import { createSessionManager, type SessionManager } from '../src/manager/manager.ts'
import type { ConfigOptions } from '../src/options/options.ts'
import { devConfig } from '../src/options/presets.ts'
import { groupOf } from '../src/record/record.ts'
import type { Session } from '../src/session/session.ts'
import type { IdentifiedRow, Row, SessionBackend, Tombstone } from '../src/store/backend.ts'

/** The keys that the tests of core put into a session. */
export interface TestData {
  [key: string]: unknown
}

/** A backend of one Map, just enough for the tests of core; packages/conformance has the reference. */
export function mapBackend(): SessionBackend & { readonly rows: Map<string, Row | Tombstone> } {
  const rows = new Map<string, Row | Tombstone>()
  const live = (id: string, at: number): Row | null => {
    const row = rows.get(id)
    return row && 'value' in row && row.expiresAt > at ? row : null
  }
  const listed = (at: number, group?: string): IdentifiedRow[] =>
    [...rows.keys()].flatMap((id) => {
      const row = group === undefined || groupOf(id) === group ? live(id, at) : null
      return row ? [{ ...row, id }] : []
    })
  return {
    rows,
    supports: { conditionalWrite: true, revocation: true, list: true, limit: false, scan: true },
    find: async (id, { at }) => {
      const row = rows.get(id)
      return row && 'ended' in row ? row : live(id, at)
    },
    insert: async (id, row) => {
      const present = rows.get(id)
      if (present && 'value' in present && present.version === row.version)
        return { inserted: true, evicted: [] }
      if (present) return { inserted: false, why: 'taken' }
      rows.set(id, row)
      return { inserted: true, evicted: [] }
    },
    replace: async (id, row, { at, expected }) => {
      const present = live(id, at)
      if (!present) return 'gone'
      if (present.version !== expected) return { conflict: present }
      rows.set(id, row)
      return 'replaced'
    },
    touch: async (id, times, { at, expected }) => {
      const present = live(id, at)
      if (!present) return 'gone'
      if (present.version !== expected.version || present.touchedAt !== expected.touchedAt)
        return 'conflict'
      rows.set(id, { ...present, ...times })
      return 'touched'
    },
    remove: async (id, { at, reason }) => {
      const row = live(id, at)
      const present = rows.get(id)
      if (!present || 'value' in present) rows.set(id, { ended: reason, at })
      return row
    },
    list: async (group, { at }) => listed(at, group),
    removeGroup: async (group, { at, reason, except }) => {
      const ending = listed(at, group).filter(({ id }) => id !== except)
      for (const { id } of ending) rows.set(id, { ended: reason, at })
      return ending.length
    },
    async *scan({ at }) {
      yield* listed(at)
    },
    ping: async () => undefined,
    close: async () => undefined,
  }
}

/** A backend that counts what it is asked. */
export function counted(backend: SessionBackend): { backend: SessionBackend; calls: string[] } {
  const calls: string[] = []
  const backendThatCounts = new Proxy(backend, {
    get(target, key: keyof SessionBackend) {
      const member = target[key]
      if (typeof member !== 'function') return member
      return (...args: never[]) => {
        calls.push(key)
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
  return { backend: backendThatCounts, calls }
}

/** A manager over a backend, with a clock that only the test moves. */
export function managerOver(
  backend: SessionBackend,
  options: Partial<ConfigOptions> = {},
): { manager: SessionManager<TestData>; clock: { now: number } } {
  const clock = { now: Date.UTC(2026, 10, 21) }
  const store = keyedStore(backend)
  const warn = () => undefined
  const config = devConfig(randomBytes(32), { store, clock: () => clock.now, warn, ...options })
  return { manager: createSessionManager<TestData>(config), clock }
}

/** A browser with one cookie, which asks with several carriers. */
export function browser() {
  const jar = { cookie: undefined as string | undefined }
  return {
    jar,
    carrier(use: { secure?: boolean; headers?: Record<string, string> } = {}) {
      return testCarrier({
        ...use,
        cookie: jar.cookie,
        onCookie: (cookie) => (jar.cookie = cookie),
      })
    },
  }
}

/** A carrier over two maps. `leave()` says that the headers have left. */
export function testCarrier(use: {
  cookie?: string | undefined
  /** The other headers of the request, by lower-case names. */
  asked?: Record<string, string>
  secure?: boolean
  headers?: Record<string, string>
  onCookie?: (cookie: string | undefined) => void
}): Carrier & { leave(): void; setCookies: string[]; headers: Map<string, string> } {
  const headers = new Map(Object.entries(use.headers ?? {}))
  const setCookies: string[] = []
  let sent = false
  return {
    headers,
    setCookies,
    withdraw: (_name, value) => void setCookies.splice(setCookies.indexOf(value), 1),
    secure: use.secure ?? true,
    get sent() {
      return sent
    },
    leave: () => {
      sent = true
    },
    header: (name) => (name === 'cookie' ? use.cookie : use.asked?.[name]),
    get: (name) => headers.get(name.toLowerCase()),
    set: (name, value) => headers.set(name.toLowerCase(), value),
    append(name, value) {
      if (name.toLowerCase() !== 'set-cookie') throw new Error(`append of ${name}`)
      setCookies.push(value)
      use.onCookie?.(/Max-Age=0/.test(value) ? undefined : value.split(';')[0])
    },
  }
}

/** One request from load to commit. */
export async function visit(
  manager: SessionManager<TestData>,
  visitor: ReturnType<typeof browser>,
  handle: (session: Session<TestData>) => unknown = () => undefined,
) {
  const carrier = visitor.carrier()
  const session = await manager.load(carrier)
  await handle(session)
  await manager.commit(session, carrier)
  return { session, carrier }
}

/** A user who is logged in, the row of their session, and a hand that changes it. */
export async function signedIn() {
  const backend = mapBackend()
  const answers = { find: backend.find, replace: backend.replace }
  const made = managerOver({
    ...backend,
    find: (...asked) => answers.find(...asked),
    replace: (...asked) => answers.replace(...asked),
  })
  const visitor = browser()
  const { session } = await visit(made.manager, visitor, async (first) => {
    await first.login('user-1')
    first.data['n'] = 1
  })
  const row = backend.rows.get(session.id) as Row
  const put = (fields: object) => void backend.rows.set(session.id, { ...row, ...fields })
  return { ...made, backend, answers, visitor, id: session.id, row, put }
}

/** A token that is good, and what the store is asked from now on. */
export async function aToken() {
  const { backend, calls } = counted(mapBackend())
  const { manager } = managerOver(backend)
  const visitor = browser()
  await visit(manager, visitor, (session) => session.login('user-1'))
  calls.length = 0
  return { manager, calls, token: visitor.jar.cookie?.slice('sid='.length) ?? '' }
}

/** The value of a row with other bytes in place of its data. */
export function withData({ value }: Row, data: string): Uint8Array {
  return Buffer.concat([value.slice(0, -'{"n":1}'.length), Buffer.from(data)])
}

/** A backend of which one operation does something else, as long as it is switched on. */
export function faulty(operation: keyof SessionBackend, act: (...args: never[]) => unknown) {
  const backend = mapBackend()
  const fault = { isOn: false }
  const right = backend[operation] as (...args: never[]) => unknown
  const changed = (...args: never[]) => (fault.isOn ? act(...args) : right(...args))
  return { backend: { ...backend, [operation]: changed } as SessionBackend, right, fault }
}

export const hang = () => new Promise(() => undefined)
export const refuse = () => Promise.reject(new Error('ECONNREFUSED'))
export const fastDeadline = { storeTimeout: '250ms' } as const

/** A visitor with a session, whose store then fails. */
export async function troubled(...[operation, act]: Parameters<typeof faulty>) {
  const { backend, fault, right } = faulty(operation, act)
  const made = managerOver(backend, fastDeadline)
  const visitor = browser()
  await visit(made.manager, visitor, async (session) => {
    session.data['n'] = 1
    await session.login('user-1')
  })
  fault.isOn = true
  return { ...made, visitor, fault, right }
}

/** Runs what waits for timers, which go off one after the other as soon as nothing else is left to do. */
export async function timeless<Result>(run: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const running = run()
    running.catch(() => undefined)
    await vi.runAllTimersAsync()
    return await running
  } finally {
    vi.useRealTimers()
  }
}

/** Another writer's version, four of which push every earlier tag out of a row's memory. */
export function overwrite(rows: Map<string, unknown>, id: string): void {
  const row = rows.get(id) as Row
  const priorVersions = [row.version, ...row.priorVersions].slice(0, 3)
  rows.set(id, { ...row, version: `other-${randomUUID()}`, priorVersions })
}

/** A promise and the functions that settle it. */
export function deferred<Value = void>() {
  let resolve: (value: Value) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<Value>((fulfil, refuse) => {
    resolve = fulfil
    reject = refuse
  })
  return { promise, resolve, reject }
}
