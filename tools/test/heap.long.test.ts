import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { plainEnv } from '../env.ts'

const program = join(import.meta.dirname, 'heap/program.ts')
const flags = ['--expose-gc', '--conditions=@sojourn/source', '--import', 'tsx']

/** The bytes that live after each round of 20,000 requests. */
async function heapsOf(store: string): Promise<number[]> {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [...flags, program, store], { env: plainEnv })
  return JSON.parse(stdout)
}

// The store and the caches are full after two rounds. 10,000 requests of each kind follow: 100 bytes that one of them leaves
// behind are the megabyte that is allowed, and a single entry of a map takes more.
test.concurrent.for(['memory', 'sealed'])(
  'the heap of the %s store stays as it is under logins, forged tokens and visitors without a session',
  async (store) => {
    const heaps = await heapsOf(store)
    console.info(store, heaps)
    expect(heaps).toHaveLength(6)
    expect(Number(heaps[5]) - Number(heaps[1])).toBeLessThan(1_000_000)
  },
)
