import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { RedisNode } from './redis-node.ts'

/** What a server tells of itself while it is worked on, whatever its clients measure. */
export interface Observed {
  /** Runs something and prints for how long it held the server at a stretch; of `count` acts, also what each of them took. */
  during(what: string, run: () => Promise<unknown>, count?: number): Promise<void>
  /** The same, and by how many bytes each of `count` things made the server grow. */
  growing(what: string, run: () => Promise<unknown>, count: number): Promise<void>
  /** Prints the longest that any command held the server, of all that ran. */
  judge(): void
}

/** Lines of redis.conf without which there is nothing to observe. */
export const observable = [
  'latency-monitor-threshold 5',
  'slowlog-log-slower-than 1000',
  'slowlog-max-len 100000',
]

/**
 * Looks at a server from beside its clients. Redis measures a command by the wall clock, so the server goes before all other
 * processes where the system has `chrt` and allows it; what it still had to wait for a processor is told beside what it ran.
 */
export async function observe({ command }: RedisNode): Promise<Observed> {
  const pid = Number(fieldOf(await command('INFO', 'server'), 'process_id'))
  prefer(pid)
  const longest: number[] = []

  async function during(what: string, run: () => Promise<unknown>, count = 1): Promise<void> {
    await command('CONFIG', 'RESETSTAT')
    await command('SLOWLOG', 'RESET')
    await command('LATENCY', 'RESET')
    const before = await schedule(pid)
    const began = performance.now()
    await run()
    const wall = performance.now() - began
    const each = (ms: number) => `${(ms / count).toFixed(3)} ms`
    const { ran, waited, away } = elapsed(before, await schedule(pid))
    console.log(`${what}: ${each(wall)} each, end to end, ${each(ran)} of the server`)
    console.log(
      `  in all it waited ${waited.toFixed(1)} ms; the host took ${away} ms away from the machine`,
    )
    console.log(`  scripts and reads: ${await commandsOf(command)}`)
    const slow = await slowOf(command)
    longest.push(Math.max(0, ...slow.map(({ micros }) => micros)))
    console.log(`  longest command: ${told(longest.at(-1))}; LATENCY: ${await latestOf(command)}`)
    for (const { micros, words } of slow.filter(isLong))
      console.log(`  above 5 ms: ${micros} µs, ${words.slice(0, 120)}`)
  }

  return {
    during,
    async growing(what, run, count) {
      const before = await memoryOf(command)
      await during(what, run, count)
      const bytes = ((await memoryOf(command)) - before) / count
      console.log(`  memory: ${bytes.toFixed(0)} bytes each`)
    },
    judge() {
      console.log(`the longest of all: ${told(Math.max(...longest))}`)
    },
  }
}

/** The bytes that a server has taken for all that it holds. */
export async function memoryOf(command: RedisNode['command']): Promise<number> {
  return Number(fieldOf(await command('INFO', 'memory'), 'used_memory'))
}

/** Whoever may not set a priority measures all the same. */
function prefer(pid: number): void {
  try {
    execFileSync('chrt', ['--fifo', '--pid', '1', String(pid)])
  } catch (error) {
    console.log(`The server runs as any other process: ${String(error)}`)
  }
}

/** In ms: how long a process has run, how long it was ready and had to wait, and how long the host ran others on our processors. */
interface Schedule {
  readonly ran: number
  readonly waited: number
  readonly away: number
}

async function schedule(pid: number): Promise<Schedule> {
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  const [ran = 0, waited = 0] = (await read(`/proc/${pid}/schedstat`)).split(' ').map(Number)
  const [, , , , , , , , steal = 0] = (await read('/proc/stat')).split(/\s+/).map(Number)
  return { ran: ran / 1e6, waited: waited / 1e6, away: steal * 10 }
}

function elapsed(before: Schedule, after: Schedule): Schedule {
  return {
    ran: after.ran - before.ran,
    waited: after.waited - before.waited,
    away: after.away - before.away,
  }
}

/** By the wall clock of the server: how often each command ran, its mean, and below what 99.99 % stayed. */
async function commandsOf(command: RedisNode['command']): Promise<string> {
  const [stats, latency] = await Promise.all(
    ['commandstats', 'latencystats'].map(async (section) => String(await command('INFO', section))),
  )
  const all = [...String(stats).matchAll(/cmdstat_(evalsha|eval|get|scan):calls=(\d+),usec=(\d+)/g)]
  return all
    .map(([, name, calls, micros]) => {
      const most = new RegExp(`usec_${name}:.*p99\\.99=([\\d.]+)`).exec(String(latency))?.[1]
      return `${calls} ${name} of ${(Number(micros) / Number(calls)).toFixed(1)} µs, 99.99 % within ${most} µs`
    })
    .join('; ')
}

interface Slow {
  readonly micros: number
  readonly words: string
}

/** The commands that took longer than a millisecond. */
async function slowOf(command: RedisNode['command']): Promise<Slow[]> {
  const slow = await command('SLOWLOG', 'GET', '-1')
  const entries = Array.isArray(slow) ? slow : []
  return entries.map(([, , micros, words]) => ({ micros: Number(micros), words: String(words) }))
}

const isLong = ({ micros }: Pick<Slow, 'micros'>) => micros > 5_000

function told(micros = 0): string {
  return micros > 0 ? `${micros} µs` : 'below 1 ms'
}

async function latestOf(command: RedisNode['command']): Promise<string> {
  const latest = await command('LATENCY', 'LATEST')
  const events = Array.isArray(latest) ? latest : []
  return events.map(([name, , , most]) => `${name} ${most} ms`).join(', ') || 'nothing above 5 ms'
}

function fieldOf(info: unknown, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(String(info))?.[1]
}
