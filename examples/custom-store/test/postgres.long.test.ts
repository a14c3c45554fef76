import { randomUUID } from 'node:crypto'
import { register } from '@sojourn/conformance'
import { backendSuite } from '@sojourn/conformance/backend'
import { afterAll, test } from 'vitest'
import { schema, statements } from '../statements.ts'
import { startPostgres } from './postgres.ts'
import { postgresBackend } from './postgres-backend.ts'

// The statements that docs/how-to/write-a-store.md shows, on PostgreSQL.

const { pool, stop } = await startPostgres()
await pool.query(schema)
const nowMs = 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)'
const sweep = () => pool.query(statements.sweep.replace('NOW_MS', nowMs)).catch(() => undefined)
const sweeper = setInterval(sweep, 100)

afterAll(async () => {
  clearInterval(sweeper)
  await stop()
})

const suite = await backendSuite({
  name: 'PostgreSQL',
  open: () => postgresBackend(pool, randomUUID()),
  openPair(prefixes) {
    const own = randomUUID()
    const [a, ab] = prefixes.map((prefix) => postgresBackend(pool, own + prefix))
    if (!a || !ab) throw new Error('there are two prefixes')
    return [a, ab]
  },
})

register(suite, { test })
