import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { until } from '@sojourn/redis-lab'
import { onTestFinished } from 'vitest'
import { commandLine } from './support.ts'

/** A command at a terminal. */
export interface Terminal {
  /** What was written to the terminal so far, escape sequences included. */
  output(): string
  /** Types keys, as the user does. */
  type(keys: string): void
  /** Resolves when the output contains a text, or matches a pattern. */
  shows(what: string | RegExp): Promise<void>
  /** Resolves to the exit status. */
  readonly ended: Promise<number | null>
}

/** Runs a command at a pseudo-terminal, by `script` of util-linux. */
export function openTerminal(
  args: readonly string[],
  { columns = 80, rows = 24 }: { columns?: number; rows?: number } = {},
): Terminal {
  const [program, all] = commandLine(args)
  const command = [program, ...all].map((each) => `'${each.replaceAll("'", `'\\''`)}'`).join(' ')
  const child = spawn(
    'script',
    ['-qefc', `stty cols ${columns} rows ${rows}; exec ${command}`, '/dev/null'],
    {
      env: {
        ...process.env,
        TERM: 'xterm-256color',
        NO_COLOR: undefined,
        FORCE_COLOR: undefined,
        CI: undefined,
      },
    },
  )
  onTestFinished(() => void child.kill())
  let output = ''
  child.stdout.on('data', (data) => (output += data))
  return {
    output: () => output,
    type: (keys) => void child.stdin.write(keys),
    shows: (what) =>
      until(`${what} on the terminal`, () =>
        typeof what === 'string' ? output.includes(what) : what.test(output),
      ),
    ended: once(child, 'close').then(([status]) => status),
  }
}
