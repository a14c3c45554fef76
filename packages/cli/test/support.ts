import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ProcessInvocation } from '../src/invocation.ts'
import { run } from '../src/run.ts'

/** How a command ended, and what it printed. */
export interface Result {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

type Env = Readonly<Record<string, string>>

/** Runs a command in this process, as if its output went to a pipe. */
export async function sojourn(args: readonly string[], env: Env = {}): Promise<Result> {
  const [stdout, stderr] = [collect(), collect()]
  const invocation = testInvocation({ stdout, stderr, env })
  const status = await run(args, invocation)
  return { status, stdout: stdout.text(), stderr: stderr.text() }
}

/** Returns an invocation without a terminal, whose `end` undoes what was deferred. */
export function testInvocation(given: Partial<ProcessInvocation> = {}): ProcessInvocation {
  const undos: (() => void)[] = []
  return {
    stdin: Readable.from([]),
    stdout: collect(),
    stderr: collect(),
    env: {},
    status: 0,
    signal: new AbortController().signal,
    defer: (undo) => void undos.push(undo),
    end() {
      while (undos.length > 0) undos.pop()?.()
    },
    ...given,
  }
}

function collect() {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  return Object.assign(stream, { text: () => chunks.join('') })
}

const tsx = createRequire(import.meta.url).resolve('tsx')
const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url))

/** The program and the arguments that run the command in a process of its own, from the sources. */
export function commandLine(args: readonly string[]): [program: string, args: string[]] {
  return [process.execPath, ['--import', tsx, '--conditions=@sojourn/source', bin, ...args]]
}

/** Starts a command in a process of its own, whose output goes to a pipe. */
export function start(args: readonly string[], env: Env = {}) {
  const child = spawn(...commandLine(args), { env: { ...process.env, ...env } })
  const result = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => (result.stdout += data))
  child.stderr.on('data', (data) => (result.stderr += data))
  const ended = once(child, 'close').then(([status]): Result => ({ status, ...result }))
  return { child, ended, output: result }
}

/** Writes a file into a folder of its own, and returns its path. */
export function writeTemporary(name: string, text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sojourn-cli-')), name)
  writeFileSync(file, text, { mode: 0o600 })
  return file
}
