import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { TestData } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import type { Address } from './address.ts'
import type { Connect } from './connect.ts'
import { type TaskName, tasks } from './tasks.ts'

/** What a server of a fleet is told: where Redis is, what time it is, and who comes. */
export interface Job {
  readonly address: Address
  readonly prefix: string
  /** Epoch ms, at which its clock stands. */
  readonly at: number
  readonly task: TaskName
  /** What the browsers hold that come to it. */
  readonly cookies: readonly string[]
}

/** Several processes, each a server that does the same. */
export interface Fleet {
  /** Has each do a job. All have begun before any goes on; `between` runs between the two, `meanwhile` while they go on. */
  run(
    job: Job,
    acts?: Partial<Record<'between' | 'meanwhile', () => Promise<unknown>>>,
  ): Promise<void>
  stop(): void
}

/** Starts a program, which has to call `takePart`, in so many processes. */
export function startFleet(program: string, size: number): Fleet {
  const execArgv = ['--import', 'tsx', '--conditions=@sojourn/source']
  const children = Array.from({ length: size }, () => fork(program, { execArgv }))
  const all = (say: Job | 'go') => Promise.all(children.map((child) => answerOf(child, say)))
  return {
    async run(job, { between, meanwhile } = {}) {
      await all(job)
      await between?.()
      await Promise.all([all('go'), meanwhile?.()])
    },
    stop() {
      for (const child of children) child.disconnect()
    },
  }
}

/** Is one process of a fleet, until that lets go of it. */
export async function takePart(connect: Connect): Promise<void> {
  for (;;) {
    const job: Job = await message()
    const { close, ...server } = await serve(connect, job)
    const finish = await tasks[job.task](server)
    process.send?.('begun')
    await message()
    await finish()
    close()
    process.send?.('done')
  }
}

/** A server of a fleet: its secret is that of all the others, and a user may have three sessions. */
export async function serve(
  connect: Connect,
  { address, prefix, at, cookies = [] }: Pick<Job, 'address' | 'prefix' | 'at'> & Partial<Job>,
) {
  const { store, close } = await connect(address)
  const config = devConfig('a secret of the tests: 7f3b1c9e5d2a8460', {
    store: store(prefix),
    limit: { max: 3, onExceed: 'evict' },
    storeTimeout: '20s',
    clock: () => at,
  })
  return { manager: createSessionManager<TestData>(config), cookies, close }
}

async function message<Message>(): Promise<Message> {
  const [received] = await once(process, 'message')
  return received
}

/** What it answers; a process that ends instead has failed, and has said why. */
async function answerOf(child: ChildProcess, say: Job | 'go'): Promise<void> {
  const over = new AbortController()
  const failed = once(child, 'exit', { signal: over.signal }).then(([code]) => {
    throw new Error(`A process of the fleet ended with ${code}`)
  })
  failed.catch(() => undefined) // where it is given up, because the answer has come
  const answered = once(child, 'message', { signal: over.signal })
  child.send(say)
  await Promise.race([answered, failed]).finally(() => over.abort())
}
