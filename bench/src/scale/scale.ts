import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startStandalone } from '@sojourn/redis-lab'
import { redisVersion } from '../contenders/clients.ts'
import { place, writeDrawing, writeSection } from '../report/page.ts'
import type { Line } from './lines.ts'
import { drawScale, tableOf } from './report.ts'
import type { tasks } from './tasks.ts'

type TaskName = keyof typeof tasks

/** How much is measured. */
interface Terms {
  readonly operations: number
  readonly sizes: Readonly<Record<TaskName, readonly number[]>>
}

const whole: Terms = {
  operations: 20_000,
  sizes: {
    sessions: [1_000, 10_000, 100_000, 1_000_000],
    payload: [0.1, 1, 10, 64],
    users: [1, 10, 100, 1_000],
    writers: [1, 2, 4, 8, 16, 32],
    bytes: [1, 2, 10],
  },
}
const quick: Terms = {
  operations: 5_000,
  sizes: {
    sessions: [1_000, 10_000, 100_000],
    payload: [0.1, 1, 10, 64],
    users: [1, 10, 100],
    writers: [1, 8, 32],
    bytes: [1, 2, 10],
  },
}

const ours = ['Sojourn memory', 'Sojourn node-redis']
const all = ['Map by hand', 'memorystore', 'Sojourn memory', 'Redis by hand', 'Sojourn node-redis']
const subjectsOf: Readonly<Record<TaskName, readonly string[]>> = {
  sessions: all,
  payload: all,
  users: ours,
  writers: ours,
  bytes: ['Redis by hand', 'Sojourn node-redis'],
}

/**
 * Measures how the cost of a request grows, prints the tables, and with `write` puts them into the page.
 * @param words the tasks to run; none for all, which `write` needs
 */
export async function measureScale(
  words: readonly string[],
  options: { readonly quick: boolean; readonly write: boolean },
): Promise<void> {
  const { operations, sizes } = options.quick ? quick : whole
  const isWhole = words.length === 0
  const redis = await startStandalone()
  const { port } = redis.address
  const lines = {} as Record<TaskName, readonly Line[]>
  const tables: string[] = []
  for (const [task, subjects] of Object.entries(subjectsOf) as [TaskName, readonly string[]][]) {
    if (!isWhole && !words.includes(task)) continue
    const measured: Line[] = []
    for (const subject of subjects) {
      process.stderr.write(`${task}: ${subject}\n`)
      const redisPort = /redis/i.test(subject) ? port : undefined
      measured.push(...(await run(task, subject, { operations, sizes: sizes[task], redisPort })))
    }
    lines[task] = measured
    tables.push(tableOf(task, measured))
    console.log(`${tables.at(-1)}\n`)
  }
  if (options.write && isWhole) {
    const image = writeDrawing('scale', await drawScale(lines))
    const drawing = `![How the cost grows with sessions, payload, sessions per user and writers](${image})`
    writeSection('performance.md', 'scale', [
      `${place(await redisVersion(port))}.`,
      drawing,
      ...tables,
    ])
  }
  await redis.stop()
}

/** Runs a task in a process of its own. */
async function run(
  task: TaskName,
  subject: string,
  terms: {
    readonly operations: number
    readonly sizes: readonly number[]
    readonly redisPort: number | undefined
  },
): Promise<readonly Line[]> {
  const { operations, sizes, redisPort } = terms
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = fork(
    join(import.meta.dirname, 'worker.ts'),
    [task, subject, String(operations), ...sizes.map(String)],
    {
      env: redisPort === undefined ? env : { ...env, REDIS_PORT: String(redisPort) },
      execArgv: ['--import', 'tsx', '--expose-gc', '--max-old-space-size=12288'],
    },
  )
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${task} of ${subject} ended with ${code}`)
  })
  const [lines] = await Promise.race([once(child, 'message'), failed])
  return lines as readonly Line[]
}
