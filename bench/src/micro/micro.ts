// What load, data and commit cost in this process, without HTTP: beside the same written by hand.
import { createSessionManager, defaultConfig, type StoreFactory } from '@sojourn/core'
import { cookieStore } from '@sojourn/store-cookie'
import { memoryStore } from '@sojourn/store-memory'
import { markdownTable } from 'markdown-table'
import { Bench } from 'tinybench'
import { type Keeping, sealed, signedIds } from '../contenders/baselines.ts'
import { type BenchData, secret, signedIn } from '../contenders/data.ts'
import { createMicroCarrier } from './micro-carrier.ts'

/** The operations of one row. */
interface Row {
  readonly read: () => Promise<unknown>
  readonly write: () => Promise<unknown>
  readonly login: () => Promise<unknown>
}

const operations = ['read', 'write', 'login'] as const

/** Measures each operation for so many ms, in turn, and returns the table: the median µs of one operation. */
export async function microTable(ms: number): Promise<string> {
  const rows: Readonly<Record<string, Row>> = {
    'memory, by hand': await byHand(signedIds(new Map())),
    'Sojourn memory': await bySojourn(memoryStore()),
    'cookie, by hand': await byHand(sealed),
    'Sojourn cookie': await bySojourn(cookieStore()),
  }
  const bench = new Bench({ time: ms, warmupTime: ms })
  for (const [name, row] of Object.entries(rows))
    for (const operation of operations) bench.add(`${name} ${operation}`, row[operation])
  await bench.run()
  const cell = (task: string) => {
    const result = bench.getTask(task)?.result
    if (result && 'error' in result) throw result.error
    return result && 'latency' in result ? (result.latency.p50 * 1_000).toFixed(1) : '–'
  }
  const head = ['in process, µs', ...operations]
  const body = Object.keys(rows).map((name) => [
    name,
    ...operations.map((operation) => cell(`${name} ${operation}`)),
  ])
  return markdownTable([head, ...body], { align: ['l', 'r', 'r', 'r'] })
}

async function byHand({ open, keep }: Keeping): Promise<Row> {
  let value = (await keep(signedIn(), undefined)) ?? ''
  return {
    read: async () => (await open(value))?.n,
    async write() {
      const data = (await open(value)) ?? {}
      data.n = (data.n ?? 0) + 1
      value = (await keep(data, value)) ?? value
    },
    login: async () => keep(signedIn(), undefined),
  }
}

async function bySojourn(store: StoreFactory): Promise<Row> {
  const overHttp = { cookieName: 'sid', secure: false }
  const manager = createSessionManager<BenchData>(defaultConfig(secret, { store, ...overHttp }))
  let cookie = await login()

  async function login(): Promise<string | undefined> {
    const carrier = createMicroCarrier(undefined)
    const session = await manager.load(carrier)
    const data = signedIn()
    Object.assign(session.data, data)
    await session.login(data.user ?? '')
    await manager.commit(session, carrier)
    return carrier.cookie()
  }

  return {
    async read() {
      const carrier = createMicroCarrier(cookie)
      const session = await manager.load(carrier)
      const { n } = session.data
      await manager.commit(session, carrier)
      if (n === undefined) throw new Error('The session is gone')
      return n
    },
    async write() {
      const carrier = createMicroCarrier(cookie)
      const session = await manager.load(carrier)
      session.data.n = (session.data.n ?? 0) + 1
      await manager.commit(session, carrier)
      cookie = carrier.cookie() ?? cookie
    },
    login,
  }
}
