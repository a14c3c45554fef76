import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionBackend } from '@sojourn/core/store'
import Database from 'better-sqlite3'
import { sqliteBackend } from './sqlite-backend.ts'

// What the command tests: npx @sojourn/conformance kit.ts

const folder = process.env['CUSTOM_STORE_FOLDER'] ?? createFolder()
const freshFile = () => join(folder, `${randomUUID()}.db`)
const files = new WeakMap<SessionBackend, string>()

export const name = 'SQLite'

/** Opens a backend on an empty database. */
export function open(): SessionBackend {
  const file = freshFile()
  const backend = sqliteBackend(file)
  files.set(backend, file)
  return backend
}

/** Opens two prefixes in one database. */
export function openPair(prefixes: readonly ['a:', 'a:b:']) {
  const file = freshFile()
  const [a, ab] = prefixes.map((prefix) => sqliteBackend(file, { prefix }))
  if (!a || !ab) throw new Error('there are two prefixes')
  return [a, ab] as const
}

/** Counts what is in the database. */
export function size(backend: SessionBackend): number {
  return execute(files.get(backend) ?? '', (db) => {
    const { count } = db.prepare('select count(*) as count from sessions').get() as {
      count: number
    }
    return count
  })
}

/** Opens a database that loses its table, and gets it back. What is not broken, `mend` leaves as it is. */
export function openBreakable() {
  const file = freshFile()
  const rename = (from: string, to: string) => () =>
    void execute(file, (db) => {
      const there = db.prepare("select 1 from sqlite_master where name = ? and type = 'table'")
      if (there.get(from)) db.exec(`alter table ${from} rename to ${to}`)
    })
  return {
    backend: sqliteBackend(file),
    breakDatabase: rename('sessions', 'lost'),
    mend: rename('lost', 'sessions'),
  }
}

/** Opens a database that processes share. */
export function openShared(shared: string): SessionBackend {
  return sqliteBackend(join(folder, `${shared}.db`))
}

/** Creates the folder of all databases, also for the processes that this one starts, and deletes it at the end. */
function createFolder(): string {
  const created = mkdtempSync(join(tmpdir(), 'custom-store-'))
  process.env['CUSTOM_STORE_FOLDER'] = created
  process.on('exit', () => rmSync(created, { recursive: true, force: true }))
  return created
}

function execute<Result>(file: string, run: (db: Database.Database) => Result): Result {
  const db = new Database(file)
  try {
    return run(db)
  } finally {
    db.close()
  }
}
