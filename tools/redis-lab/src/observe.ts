import type { RedisNode } from './redis-node.ts'

/** What a server tells of its memory and of how long it was busy at a stretch. */
export interface Observed {
  /** Prints by how many bytes each of `count` things made the server grow. */
  grows(what: string, count: number, run: () => Promise<unknown>): Promise<void>
  /** Prints the longest that one command held the server. */
  worst(): Promise<void>
}

/** Looks at a server from beside its clients. */
export function observe({ command }: RedisNode): Observed {
  return {
    async grows(what, count, run) {
      const before = await memoryOf(command)
      const began = performance.now()
      await run()
      const seconds = (performance.now() - began) / 1_000
      const bytes = ((await memoryOf(command)) - before) / count
      console.log(`${what}: ${bytes.toFixed(0)} bytes each (${count} in ${seconds.toFixed(1)} s)`)
    },
    async worst() {
      const slow = await command('SLOWLOG', 'GET', '-1')
      const entries = Array.isArray(slow) ? slow : []
      const longest = entries.map(([, , micros, words]) => ({ micros: Number(micros), words }))
      const [worst] = longest.sort((a, b) => b.micros - a.micros)
      const what = worst ? `${worst.micros} µs, ${String(worst.words).slice(0, 60)}` : 'below 1 ms'
      console.log(`the longest command: ${what}`)
      console.log(`above 5 ms: ${longest.filter(({ micros }) => micros > 5_000).length} commands`)
      console.log(`LATENCY LATEST: ${JSON.stringify(await command('LATENCY', 'LATEST'))}`)
    },
  }
}

/** Prints how long something took, and what it found. */
export async function measured(what: string, run: () => Promise<unknown>): Promise<void> {
  const began = performance.now()
  const found = await run()
  const ms = performance.now() - began
  const count = Array.isArray(found) ? found.length : found
  console.log(`${what}: ${ms.toFixed(1)} ms, ${count} found`)
}

/** The bytes that a server has taken for all that it holds. */
export async function memoryOf(command: RedisNode['command']): Promise<number> {
  const info = String(await command('INFO', 'memory'))
  return Number(/used_memory:(\d+)/.exec(info)?.[1])
}
