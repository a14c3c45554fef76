import type { BackendCall, SessionBackend } from '@sojourn/core/store'
import type { Pool, PoolClient } from 'pg'
import { columnsOf, keyOf, type Line, rowOf, standing, textOf } from '../rows.ts'
import { statements } from '../statements.ts'

type Name = keyof typeof statements
/** `ending` is added to the statement. */
type Query = (name: Name, parameters?: object, ending?: string) => Promise<Line[]>

/** The database's own time in epoch milliseconds. */
const nowMs = 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)'

/** Returns the same backend over PostgreSQL: a lock per group takes the place of SQLite's one writer. */
export function postgresBackend(pool: Pool, prefix = ''): SessionBackend {
  /** Returns what sends statements until the signal is aborted. */
  const queryWith =
    (signal: AbortSignal, client: Pool | PoolClient = pool): Query =>
    async (name, parameters = {}, ending = '') => {
      signal.throwIfAborted()
      const given: Record<string, unknown> = { prefix, ...parameters }
      const values: unknown[] = []
      const text = `${statements[name]} ${ending}`
        .replaceAll('NOW_MS', nowMs)
        .replace(/:(\w+)/g, (_, key) => {
          values.push(given[key])
          return `$${values.length}`
        })
      return (await client.query<Line>(text, values)).rows
    }

  /** Runs a transaction that no other of the group interrupts. */
  const atomic = async <Result>(
    { group, signal }: { group: string; signal: AbortSignal },
    operation: (query: Query) => Promise<Result>,
  ): Promise<Result> => {
    signal.throwIfAborted()
    const client = await pool.connect()
    const send = async (sql: string, values: unknown[] = []) => {
      signal.throwIfAborted()
      await client.query(sql, values)
    }
    try {
      await send('begin')
      await send('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `${prefix} ${Buffer.from(group).toString('hex')}`,
      ])
      const result = await operation(queryWith(signal, client))
      await send('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(() => undefined)
      throw error
    } finally {
      client.release()
    }
  }
  const groupOf = (id: string) => textOf(keyOf(id).group)
  const now = async ({ signal }: BackendCall) => {
    const [line] = await queryWith(signal)('now')
    return Number((line as unknown as { now: string }).now)
  }

  return {
    supports: {
      conditionalWrite: true,
      revocation: true,
      list: true,
      limit: true,
      scan: true,
      retention: true,
    },

    async find(id, { at, signal }) {
      return standing((await queryWith(signal)('find', keyOf(id)))[0], at)
    },

    insert: (id, row, { at, signal, limit }) =>
      atomic({ group: groupOf(id), signal }, async (run) => {
        const found = standing((await run('find', keyOf(id)))[0], at)
        if (found && 'ended' in found) return { inserted: false, why: 'taken' }
        if (found)
          return [found.version, ...found.priorVersions].includes(row.version)
            ? { inserted: true, evicted: [] }
            : { inserted: false, why: 'taken' }
        const live = limit ? await run('liveIds', { ...keyOf(id), at }) : []
        const evicted = live
          .slice(0, Math.max(0, live.length + 1 - (limit?.max ?? 0)))
          .map((line) => textOf(line.id))
        if (limit?.onExceed === 'refuse' && evicted.length > 0)
          return { inserted: false, why: 'limit' }
        for (const other of evicted) await run('end', { ...keyOf(other), at, reason: 'evicted' })
        await run('insert', { ...keyOf(id), ...columnsOf(row, at), at })
        return { inserted: true, evicted }
      }),

    async replace(id, row, { at, signal, expected }) {
      const query = queryWith(signal)
      const written = await query('replace', { ...keyOf(id), ...columnsOf(row, at), at, expected })
      if (written.length > 0) return 'replaced'
      const found = standing((await query('find', keyOf(id)))[0], at)
      return found && 'value' in found ? { conflict: found } : 'gone'
    },

    async touch(id, { touchedAt, expiresAt }, { at, signal, expected }) {
      const query = queryWith(signal)
      const { version, touchedAt: expectedAt } = expected
      const times = { touchedAt, expiresAt, ttl: expiresAt - at }
      const written = await query('touch', { ...keyOf(id), ...times, at, version, expectedAt })
      if (written.length > 0) return 'touched'
      const found = standing((await query('find', keyOf(id)))[0], at)
      return found && 'value' in found ? 'conflict' : 'gone'
    },

    remove: (id, { at, signal, reason }) =>
      atomic({ group: groupOf(id), signal }, async (run) => {
        const [line] = await run('find', keyOf(id), 'for update')
        const found = standing(line, at)
        if (found && 'ended' in found) return null
        await run('end', { ...keyOf(id), at, reason })
        return found
      }),

    async list(group, { at, signal }) {
      return (await queryWith(signal)('list', { group: Buffer.from(group), at })).map(rowOf)
    },

    removeGroup: (group, { at, signal, reason, except = '' }) =>
      atomic({ group, signal }, async (run) => {
        const ending = { group: Buffer.from(group), at, reason, except: Buffer.from(except) }
        return (await run('endGroup', ending)).map((line) => textOf(line.id))
      }),

    async *scan(call) {
      const { at, signal } = call
      const begun = await now(call)
      for (let after: Uint8Array | undefined = Buffer.alloc(0); after; ) {
        const page: Line[] = await queryWith(signal)('scan', { after, begun, at })
        for (const line of page) yield rowOf(line)
        after = page.at(-1)?.id
      }
    },

    now,
    ping: async (call) => void (await now(call)),
    close: async () => undefined,
  }
}
