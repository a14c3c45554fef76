import type { Session, SessionManager } from '@sojourn/core'
import type { Carrier } from '@sojourn/core/binding'
import {
  groupOf,
  type IdentifiedRow,
  type Row,
  type SessionBackend,
  type Tombstone,
} from '@sojourn/core/store'

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
