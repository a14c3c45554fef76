import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'

/** A terminal with a shell, into which commands are typed one after another. */
export class Terminal {
  readonly #shell: ChildProcessByStdio<Writable, Readable, null>

  /** Opens a terminal in a folder. */
  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    this.#shell = spawn('bash', { cwd, env, stdio: ['pipe', 'pipe', 'inherit'], detached: true })
    this.#shell.stdout.setEncoding('utf8')
    this.#shell.stdin.write('set -m\n') // jobs, as in a terminal that somebody sits at
  }

  /** Runs a command to its end. Returns the lines that it printed, and its exit status. */
  run(command: string): Promise<{ readonly lines: string[]; readonly status: number }> {
    const end = `end-${Math.random()}`
    return new Promise((resolve) => {
      let printed = ''
      const read = (chunk: string) => {
        printed += chunk
        const [text = '', status] = printed.split(`${end} `)
        if (!status?.includes('\n')) return
        this.#shell.stdout.off('data', read)
        resolve({ lines: text.split('\n').filter((line) => line !== ''), status: Number(status) })
      }
      this.#shell.stdout.on('data', read)
      this.#shell.stdin.write(`${command}\necho "${end} $?"\n`)
    })
  }

  /** Interrupts all that runs in the background, as Ctrl-C does, and waits for its end. */
  async interrupt(): Promise<void> {
    await this.run('for job in $(jobs -p); do kill -INT -- -$job; done; wait')
  }

  /** Ends the shell and all that runs in it. */
  async close(): Promise<void> {
    await this.interrupt()
    this.#shell.kill()
  }
}

/** Returns a port of this machine that no server listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

/** Resolves when a server accepts connections on a port, or when none does any more. */
export async function untilPort(port: number, isOpen = true): Promise<void> {
  while ((await accepts(port)) !== isOpen) await wait(50)
}

/** Returns whether a server accepts connections on a port of this machine. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
