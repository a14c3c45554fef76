import type { Readable, Writable } from 'node:stream'
import { type ExitStatus, exitStatus } from './exit-status.ts'

/** Where a command prints: a terminal has a width, a pipe or a file has none. */
export type OutStream = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}
/** What a command may ask: a terminal, or something else. */
type InStream = Readable & {
  readonly isTTY?: boolean
  setRawMode?(isRaw: boolean): unknown
}

/** What a command gets from the process, and leaves behind in it. */
export interface Invocation {
  readonly stdin: InStream
  readonly stdout: OutStream
  readonly stderr: OutStream
  readonly env: NodeJS.ProcessEnv
  /** The exit status if nothing fails. @default 0 */
  status: ExitStatus
  /** Aborted by Ctrl-C and SIGTERM: what runs for long watches it. */
  readonly signal: AbortSignal
  /** Registers what must be undone when the command ends, however it ends: last in, first out. It must not wait. */
  defer(undo: () => void): void
}

/** The invocation of this process; `end` undoes what the command has deferred. */
export interface ProcessInvocation extends Invocation {
  end(): void
}

const showCursor = '\u001b[?25h'

/**
 * Takes over the signals and the streams of the process. Ctrl-C and SIGTERM end what the command has opened, show the cursor
 * again and exit with 130 and 143; a reader that closes the pipe, such as `head`, ends the program without a message, and a full disk
 * with one.
 */
export function startInvocation(): ProcessInvocation {
  const undos: (() => void)[] = []
  const controller = new AbortController()

  const end = () => {
    while (undos.length > 0) undos.pop()?.()
  }
  const exit = (status: ExitStatus) => {
    controller.abort()
    end()
    process.exit(status)
  }
  const stop = (status: ExitStatus) => () => {
    if (process.stderr.isTTY) process.stderr.write(showCursor)
    exit(status)
  }
  process.on('SIGINT', stop(exitStatus.interrupted))
  process.on('SIGTERM', stop(exitStatus.terminated))
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') exit(exitStatus.pipeClosed)
      if (stream !== process.stderr)
        process.stderr.write(`The output cannot be written: ${error.code}.\n`)
      exit(exitStatus.outputFailed)
    })

  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    status: exitStatus.ok,
    signal: controller.signal,
    defer: (undo) => void undos.push(undo),
    end,
  }
}
