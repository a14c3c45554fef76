import type { StoreFactory } from '@sojourn/core'
import {
  type KeyedStoreOptions,
  keyedStore,
  type Row,
  type SessionBackend,
} from '@sojourn/core/store'
import Database from 'better-sqlite3'
import { columnsOf, keyOf, type Line, rowOf, standing, textOf } from './rows.ts'
import { schema, statements } from './statements.ts'

type Name = keyof typeof statements

/** The database's own time in epoch milliseconds. */
const nowMs = "cast(unixepoch('subsec') * 1000 as integer)"

/** Options of `sqliteBackend`. */
export interface SqliteOptions {
  /** Separates the applications in one database. @default '' */
  readonly prefix?: string
}

/** Options of `sqliteStore`. */
export interface SqliteStoreOptions extends SqliteOptions, KeyedStoreOptions {}

/** Returns a store in a file of SQLite. Several processes of one machine may share the file. */
export function sqliteStore(
  file: string,
  { prefix = '', ...keyed }: SqliteStoreOptions = {},
): StoreFactory {
  return keyedStore(() => sqliteBackend(file, { prefix }), keyed)
}

/**
 * Returns the backend. Each operation is one transaction, which no other writer interrupts. The driver is synchronous, so that only
 * `scan` reads the signal.
 */
export function sqliteBackend(file: string, { prefix = '' }: SqliteOptions = {}): SessionBackend {
  const db = new Database(file, { timeout: 5_000 }) // how long a writer waits for another, in ms
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = full') // a logout that was acknowledged survives a power cut
  db.exec(schema)

  const prepared = new Map(
    Object.entries(statements).map(([name, sql]) => [
      name,
      db.prepare(sql.replaceAll('NOW_MS', nowMs)),
    ]),
  )
  const run = (name: Name, parameters: object = {}): Line[] => {
    const statement = prepared.get(name)
    const bound = { prefix, ...parameters }
    if (statement?.reader) return statement.all(bound) as Line[]
    statement?.run(bound)
    return []
  }
  const atomic = <Result>(operation: () => Result): Result => db.transaction(operation).immediate()
  const find = (id: string, at: number) => standing(run('find', keyOf(id))[0], at)
  const liveRow = (id: string, at: number): Row | undefined => {
    const found = find(id, at)
    return found && 'value' in found ? found : undefined
  }
  const now = () => Number((run('now')[0] as unknown as { now: number }).now)
  const sweep = () => {
    try {
      run('sweep')
    } catch {
      // Operations report the trouble, and a later sweep deletes what this one left.
    }
  }
  const sweeper = setInterval(sweep, 1_000).unref()

  return {
    supports: {
      conditionalWrite: true,
      revocation: true,
      list: true,
      limit: true,
      scan: true,
      retention: true,
    },

    find: async (id, { at }) => atomic(() => find(id, at)),

    insert: async (id, row, { at, limit }) =>
      atomic(() => {
        const found = find(id, at)
        if (found && 'ended' in found) return { inserted: false, why: 'taken' }
        if (found)
          return [found.version, ...found.priorVersions].includes(row.version)
            ? { inserted: true, evicted: [] }
            : { inserted: false, why: 'taken' }
        const live = limit ? run('liveIds', { ...keyOf(id), at }) : []
        const evicted = live
          .slice(0, Math.max(0, live.length + 1 - (limit?.max ?? 0)))
          .map((line) => textOf(line.id))
        if (limit?.onExceed === 'refuse' && evicted.length > 0)
          return { inserted: false, why: 'limit' }
        for (const other of evicted) run('end', { ...keyOf(other), at, reason: 'evicted' })
        run('insert', { ...keyOf(id), ...columnsOf(row, at), at })
        return { inserted: true, evicted }
      }),

    replace: async (id, row, { at, expected }) =>
      atomic(() => {
        const written = run('replace', { ...keyOf(id), ...columnsOf(row, at), at, expected })
        if (written.length > 0) return 'replaced'
        const conflict = liveRow(id, at)
        return conflict ? { conflict } : 'gone'
      }),

    touch: async (id, { touchedAt, expiresAt }, { at, expected }) =>
      atomic(() => {
        const { version, touchedAt: expectedAt } = expected
        const times = { touchedAt, expiresAt, ttl: expiresAt - at }
        const written = run('touch', { ...keyOf(id), ...times, at, version, expectedAt })
        if (written.length > 0) return 'touched'
        return liveRow(id, at) ? 'conflict' : 'gone'
      }),

    remove: async (id, { at, reason }) =>
      atomic(() => {
        const found = find(id, at)
        if (found && 'ended' in found) return null
        run('end', { ...keyOf(id), at, reason })
        return found
      }),

    list: async (group, { at }) =>
      atomic(() => run('list', { group: Buffer.from(group), at }).map(rowOf)),

    removeGroup: async (group, { at, reason, except = '' }) =>
      atomic(() => {
        const ending = { group: Buffer.from(group), at, reason, except: Buffer.from(except) }
        return run('endGroup', ending).map((line) => textOf(line.id))
      }),

    async *scan({ at, signal }) {
      const begun = now()
      for (let after: Uint8Array | undefined = Buffer.alloc(0); after; ) {
        signal.throwIfAborted()
        const page: Line[] = run('scan', { after, begun, at })
        for (const line of page) yield rowOf(line)
        after = page.at(-1)?.id
      }
    },

    now: async () => now(),
    ping: async () => void atomic(() => run('find', keyOf(''))),
    async close() {
      clearInterval(sweeper)
      db.close()
    },
  }
}
