// What load, data and commit cost in this process, without HTTP: beside the same written by hand.
import { markdownTable } from 'markdown-table'
import { Bench } from 'tinybench'
import { sealed, signedIds } from '../contenders/baselines.ts'
import { type BenchData, secret, signedIn } from '../contenders/data.ts'
import { type Build, buildIn } from '../contenders/packages.ts'
import { byHand, bySojourn, type Subject } from './subject.ts'

const operations = ['read', 'write', 'login'] as const

/**
 * Measures each operation for so many ms, in turn, and returns the table: the median µs of one operation.
 * @param before the checkout whose rows come beside those of this one; `undefined` for none
 */
export async function microTable(ms: number, before: string | undefined): Promise<string> {
  const then = before === undefined ? {} : await rowsOf('Sojourn before,', buildIn(before))
  const rows: Readonly<Record<string, Subject>> = {
    'memory, by hand': byHand(signedIds(new Map())),
    'cookie, by hand': byHand(sealed),
    ...then,
    ...(await rowsOf('Sojourn', buildIn())),
  }
  const bench = new Bench({ time: ms, warmupTime: ms })
  for (const [name, subject] of Object.entries(rows)) {
    const tasks = await tasksOf(subject)
    for (const operation of operations) bench.add(`${name} ${operation}`, tasks[operation])
  }
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

async function rowsOf(who: string, build: Build): Promise<Readonly<Record<string, Subject>>> {
  const { createSessionManager, defaultConfig } = await build('core')
  const { memoryStore } = await build('store-memory')
  const { cookieStore } = await build('store-cookie')
  const overHttp = { cookieName: 'sid', secure: false }
  const stores = { memory: memoryStore(), cookie: cookieStore() }
  const rows = Object.entries(stores).map(([kind, store]) => {
    const config = defaultConfig(secret, { store, ...overHttp })
    return [`${who} ${kind}`, bySojourn(createSessionManager<BenchData>(config))] as const
  })
  return Object.fromEntries(rows)
}

async function tasksOf({ login, read, write }: Subject) {
  let cookie = await login(signedIn())
  return {
    read: () => read(cookie),
    async write() {
      cookie = await write(cookie)
    },
    login: () => login(signedIn()),
  }
}
