/** A process of the stack. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { killWithParent, until } from '@sojourn/redis-lab/processes'

/** What is started, and how to see that it is ready. */
export interface ProgramOptions {
  readonly name: string
  readonly command: readonly [program: string, ...words: string[]]
  readonly env?: Readonly<Record<string, string>>
  /** Where it runs. Removed if this process is killed. */
  readonly folder: string
  /** Polled until it is true. */
  readonly isReady: () => Promise<boolean>
  /** What `stop` sends, so that it finishes its work. @default SIGTERM */
  readonly stopSignal?: NodeJS.Signals
  /** Called with each line that it prints. */
  readonly log: (name: string, line: string) => void
}

/** A process that runs. */
export interface Program {
  /** Rejects if it ends before it is ready. */
  readonly ready: Promise<void>
  /** Resolves if it ends though nobody has stopped it, to a message for the operator. */
  readonly failed: Promise<string>
  signal(signal: NodeJS.Signals): void
  /** Resolves when it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again after `stop`, and resolves when it is ready. */
  restart(): Promise<void>
}

/** Starts a program of a stack, and resolves when it is ready. */
export type Start = (program: Omit<ProgramOptions, 'folder' | 'log'>) => Promise<Program>

/** Starts a process. Ctrl-C does not reach it, only this process, which ends all of them in order. */
export function startProgram(options: ProgramOptions): Program {
  const { name, isReady, stopSignal = 'SIGTERM' } = options
  let isWanted = true
  let reportFailure: (message: string) => void
  const failed = new Promise<string>((resolve) => {
    reportFailure = resolve
  })
  let child = run()
  return {
    ready: ready(),
    failed,
    signal: (signal) => child.process.kill(signal),
    async stop(signal = stopSignal) {
      isWanted = false
      child.process.kill(signal)
      await child.ended
    },
    async restart() {
      isWanted = true
      child = run()
      await ready()
    },
  }

  function run() {
    const process = spawnInGroup(options)
    const ended = endOf(process)
    ended.then((how) => isWanted && reportFailure(`${name} ended by itself: ${how}.`))
    return { process, ended }
  }

  async function ready(): Promise<void> {
    const failure = failed.then((message) => Promise.reject(new Error(message)))
    await Promise.race([until(`${name} to be ready`, isReady), failure])
  }
}

/** In a group of its own, which is killed if this process is: nginx has workers. */
function spawnInGroup({ name, command, env, folder, log }: ProgramOptions): ChildProcess {
  const [program, ...words] = command
  const child = spawn(program, words, {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => log(name, line))
  if (child.pid !== undefined) child.once('exit', killWithParent(-child.pid, folder))
  return child
}

/** Resolves when a process has ended or could not be started, to how. */
async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'close')
    return signal ?? `exit code ${code}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
