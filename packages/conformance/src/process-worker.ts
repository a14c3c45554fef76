// Run by `runProcesses` in a process of its own: works on a database that other processes work on at the same time.
import { once } from 'node:events'
import type { SessionBackend } from '@sojourn/core/store'
import { groupOf } from './backend-clauses.ts'
import { callAt, ending, makeRow, now, t0 } from './backend-fixture.ts'
import { contended, idOfTurn } from './contention.ts'
import {
  type Assignment,
  type Findings,
  openShared,
  type Task,
  workerArgument,
} from './processes.ts'

async function work(): Promise<void> {
  const timers = trackTimers()
  const [assignment]: Assignment[] = await once(process, 'message')
  if (!assignment) return
  const backend = await openShared(assignment.module, assignment.name)
  process.send?.('ready')
  await once(process, 'message')
  const findings = await contend(backend, assignment)
  await backend.close()
  process.send?.({ ...findings, timers: timers.running() }, () => process.disconnect())
}

async function contend(
  backend: SessionBackend,
  { index, task, turns }: Assignment,
): Promise<Findings> {
  const rejected: string[] = []
  const ended: string[] = []
  let most = 0
  const noting = async (run: () => Promise<unknown>) => {
    await run().catch((error: unknown) => {
      rejected.push(error instanceof Error ? error.message : String(error))
    })
  }
  const logIn = async (name: string, { turn, max }: { turn: number; max: number }) => {
    const row = makeRow({ version: name, expiresAt: t0 + 3_600_000 + turn })
    const limit = backend.supports.limit ? { limit: { max, onExceed: 'evict' as const } } : {}
    await backend.insert(`${contended.group}.${name}`, row, { ...callAt(t0), ...limit })
  }
  const work: Readonly<Record<Task, (turn: number) => Promise<void>>> = {
    async write(turn) {
      const name = `${index}-${turn}`
      await noting(() => countUp(backend, name))
      await noting(() => logIn(name, { turn, max: contended.limit }))
    },
    logIn: (turn) =>
      noting(async () => {
        await logIn(`${index}-${turn}`, { turn, max: 1 })
        most = Math.max(most, (await backend.list(contended.group, now)).length)
      }),
    remove: (turn) =>
      noting(async () => {
        const id = idOfTurn(turn)
        if (await backend.remove(id, ending(t0))) ended.push(id)
      }),
    removeGroup: (turn) =>
      noting(async () => {
        ended.push(...(await backend.removeGroup(groupOf(idOfTurn(turn)), ending(t0))))
      }),
  }
  for (let turn = 0; turn < turns; turn++) await work[task](turn)
  return { rejected, ended, most }
}

/** Adds one to the number in the row, again and again until no other process came between. */
async function countUp(backend: SessionBackend, version: string): Promise<void> {
  for (;;) {
    const found = await backend.find(contended.counter, now)
    if (!found || 'ended' in found) throw new Error('the row that is counted up is gone')
    const value = Buffer.from(String(Number(Buffer.from(found.value).toString()) + 1))
    const call = { ...callAt(t0), expected: found.version }
    if (
      (await backend.replace(contended.counter, { ...found, version, value }, call)) === 'replaced'
    )
      return
  }
}

/** Notes the timers that are started from now on, until they are cleared or have run. */
function trackTimers() {
  const running = new Map<unknown, string>()
  const { setTimeout: later, setInterval: repeatedly, clearTimeout: clear } = globalThis
  const begun = () => new Error('started').stack?.split('\n').slice(3, 5).join(' ').trim() ?? ''
  globalThis.setTimeout = Object.assign(
    (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const timer: unknown = later(() => {
        running.delete(timer)
        run(...args)
      }, ms)
      running.set(timer, begun())
      return timer as NodeJS.Timeout
    },
    later,
  )
  globalThis.setInterval = ((
    run: (...args: unknown[]) => void,
    ms?: number,
    ...args: unknown[]
  ) => {
    const timer = repeatedly(run, ms, ...args)
    running.set(timer, begun())
    return timer
  }) as typeof setInterval
  globalThis.clearTimeout = globalThis.clearInterval = (timer) => {
    running.delete(timer)
    clear(timer)
  }
  return { running: () => [...running.values()] }
}

if (process.argv[2] === workerArgument) work()
