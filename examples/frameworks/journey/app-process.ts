/** An application as a process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'

/** A process that listens. */
export interface AppProcess {
  readonly child: ChildProcess
  /** Returns what it has printed so far. */
  output(): string
  /** Ends it, and every process it has started. */
  stop(): Promise<void>
}

/** What to start. */
export interface StartOptions {
  readonly cwd: string
  /** The arguments of Node. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Starts a process, and resolves when `url` responds. Rejects with its output if it ends instead. */
export async function startApp(url: string, { cwd, args, env }: StartOptions): Promise<AppProcess> {
  const child = spawn(process.execPath, args, {
    cwd,
    detached: true, // a process group of its own: development servers start workers
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env },
  })
  const closed = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  await responding(url, child).catch((error: Error) => {
    throw new Error(`${error.message}\n${output}`)
  })
  return {
    child,
    output: () => output,
    async stop() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL') // or it waits for connections that are kept alive
      await closed
    },
  }
}

async function responding(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const response = await fetch(url).catch(() => undefined)
    if (response) return response.body?.cancel()
    await wait(50)
  }
  throw new Error(`The server ended with ${child.exitCode} before it responded.`)
}
