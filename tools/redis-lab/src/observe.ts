import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { RedisNode } from './redis-node.ts'

/** Measurements by the server itself, independent of its clients. */
export interface Observed {
  /** Runs something and prints the longest single command; for `count` operations also the time of each. */
  during(what: string, run: () => Promise<unknown>, count?: number): Promise<void>
  /** Like `during`, and prints by how many bytes each of `count` operations made the server grow. */
  growing(what: string, run: () => Promise<unknown>, count: number): Promise<void>
  /** Prints the longest command of all runs. */
  printLongest(): void
}

/** Lines of redis.conf that `observe` requires. */
export const observable = [
  'latency-monitor-threshold 5',
  'slowlog-log-slower-than 1000',
  'slowlog-max-len 100000',
]

/**
 * Observes a server. Redis measures commands by the wall clock, so the server gets real-time priority if `chrt`
 * exists and is permitted. The time for which it still had to wait for a processor is printed too.
 */
export async function observe({ command }: RedisNode): Promise<Observed> {
  const pid = Number(fieldOf(await command('INFO', 'server'), 'process_id'))
  raisePriority(pid)
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
    console.log(
      `  longest command: ${formatMicros(longest.at(-1))}; LATENCY: ${await latestOf(command)}`,
    )
    for (const { micros, command } of slow.filter(isLong))
      console.log(`  above 5 ms: ${micros} µs, ${command.slice(0, 120)}`)
  }

  return {
    during,
    async growing(what, run, count) {
      const before = await memoryOf(command)
      await during(what, run, count)
      const bytes = ((await memoryOf(command)) - before) / count
      console.log(`  memory: ${bytes.toFixed(0)} bytes each`)
    },
    printLongest() {
      console.log(`the longest of all: ${formatMicros(Math.max(...longest))}`)
    },
  }
}

/** Returns the memory that a server uses, in bytes. */
export async function memoryOf(command: RedisNode['command']): Promise<number> {
  return Number(fieldOf(await command('INFO', 'memory'), 'used_memory'))
}

/** Gives a process real-time priority; prints a note if that is not permitted. */
function raisePriority(pid: number): void {
  try {
    execFileSync('chrt', ['--fifo', '--pid', '1', String(pid)])
  } catch (error) {
    console.log(`The server runs as any other process: ${String(error)}`)
  }
}

/** In ms: how long a process ran, how long it waited for a processor, and how long the host took ours away. */
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

/** Formats, by the server's wall clock, how often each command ran, its mean and its 99.99th percentile. */
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

interface SlowCommand {
  readonly micros: number
  readonly command: string
}

/** Returns the commands that took longer than 1 ms. */
async function slowOf(command: RedisNode['command']): Promise<SlowCommand[]> {
  const slow = await command('SLOWLOG', 'GET', '-1')
  const entries = Array.isArray(slow) ? slow : []
  return entries.map(([, , micros, args]) => ({ micros: Number(micros), command: String(args) }))
}

const isLong = ({ micros }: Pick<SlowCommand, 'micros'>) => micros > 5_000

function formatMicros(micros = 0): string {
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
