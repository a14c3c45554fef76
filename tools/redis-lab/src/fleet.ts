import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { TestData } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import type { Address } from './address.ts'
import type { Connect } from './connect.ts'
import { type TaskName, tasks } from './tasks.ts'

/** What a process of a fleet needs for one job: where Redis is, the time, the task, and the browsers' cookies. */
export interface Job {
  readonly address: Address
  readonly prefix: string
  /** The fixed time of its clock, epoch ms. */
  readonly at: number
  readonly task: TaskName
  /** The cookies of the browsers that send requests to it. */
  readonly cookies: readonly string[]
}

/** Several processes, each a server that runs the same task. */
export interface Fleet {
  /**
   * Runs a job in each process. All have begun before any continues; `between` runs before they continue, `meanwhile`
   * while they continue.
   */
  run(
    job: Job,
    steps?: Partial<Record<'between' | 'meanwhile', () => Promise<unknown>>>,
  ): Promise<void>
  stop(): void
}

/** Starts `size` processes of a program, which must call `takePart`. */
export function startFleet(program: string, size: number): Fleet {
  const execArgv = ['--import', 'tsx', '--conditions=@sojourn/source']
  const children = Array.from({ length: size }, () => fork(program, { execArgv }))
  const sendAll = (message: Job | 'go') =>
    Promise.all(children.map((child) => request(child, message)))
  return {
    async run(job, { between, meanwhile } = {}) {
      await sendAll(job)
      await between?.()
      await Promise.all([sendAll('go'), meanwhile?.()])
    },
    stop() {
      for (const child of children) child.disconnect()
    },
  }
}

/** Serves the jobs of a fleet in this process, until the fleet disconnects. */
export async function takePart(connect: Connect): Promise<void> {
  process.once('disconnect', () => process.exit()) // also while a client is still reconnecting
  for (;;) {
    const job: Job = await nextMessage()
    const { close, ...server } = await serve(connect, job)
    const finish = await tasks[job.task](server)
    process.send?.('begun')
    await nextMessage()
    await finish()
    close()
    process.send?.('done')
  }
}

/** Creates a server of a fleet. All have the same secret, and a user may have three sessions. */
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

async function nextMessage<Message>(): Promise<Message> {
  const [received] = await once(process, 'message')
  return received
}

/** Sends a message and waits for the reply. Rejects if the process exits instead; its output shows why. */
async function request(child: ChildProcess, message: Job | 'go'): Promise<void> {
  const controller = new AbortController()
  const failed = once(child, 'exit', { signal: controller.signal }).then(([code]) => {
    throw new Error(`A process of the fleet ended with ${code}`)
  })
  failed.catch(() => undefined) // it rejects when it is aborted after the reply
  const replied = once(child, 'message', { signal: controller.signal })
  child.send(message)
  await Promise.race([replied, failed]).finally(() => controller.abort())
}
