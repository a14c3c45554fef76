// Does what README.md says before "In a clone": installs, writes the application, starts it, and types what visits it.
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isMain } from '../report.ts'
import { compareOutput } from './compare-output.ts'
import { accepts, freePort, Terminal } from './terminal.ts'
import { readPage, type Step } from './tutorial-page.ts'

const readme = join(import.meta.dirname, '../../README.md')

/**
 * Follows the first steps of the README in a folder, word for word but for the port, and compares what is printed with what
 * it shows.
 * @param env decides where npm installs from, and how Node finds the packages.
 * @param install leaves `npm install` out if it is false, for a folder in which the packages are.
 * @throws Error if a command fails or prints something else, or a step is missing.
 */
export async function followReadme(
  folder: string,
  env: NodeJS.ProcessEnv,
  { install = true } = {},
): Promise<void> {
  const steps = readPage(readme, 'In a clone')
  const [toInstall, application, visit] = ['sh', 'ts', 'console'].map((name) => only(steps, name))
  if (!toInstall || !application || !visit) throw new Error('There are three steps')
  const file = wordIn(application, /Write `(\S+)`/)
  const start = wordIn(visit, /Start it with `([^`]+)`/)
  const port = await freePort()
  const elsewhere = (step: Step) => ({ ...step, code: step.code.replaceAll('3000', String(port)) })

  const terminal = new Terminal(folder, env)
  let server: ChildProcess | undefined
  try {
    if (install) await succeed(terminal, toInstall.code.trim())
    writeFileSync(join(folder, file), elsewhere(application).code)
    server = await serve(start, { cwd: folder, env, port })
    await compareOutput(terminal, elsewhere(visit))
  } finally {
    server?.kill()
    await terminal.close()
  }
}

/** Starts a command, and resolves when it accepts connections. @throws Error with what it printed, if it ends before */
async function serve(
  command: string,
  { cwd, env, port }: { cwd: string; env: NodeJS.ProcessEnv; port: number },
): Promise<ChildProcess> {
  const server = spawn('bash', ['-c', `exec ${command} 2>&1`], { cwd, env })
  let printed = ''
  server.stdout.on('data', (chunk) => {
    printed += chunk
  })
  while (!(await accepts(port))) {
    if (server.exitCode !== null) throw new Error(`${command} ends at once:\n${printed}`)
    await wait(50)
  }
  return server
}

/** Returns the block of a language. @throws Error if there is not exactly one */
function only(steps: readonly Step[], language: string): Step {
  const [step, ...others] = steps.filter((each) => each.language === language)
  if (!step || others.length > 0)
    throw new Error(`README.md needs one block of the language ${language} before "In a clone"`)
  return step
}

function wordIn({ instruction, place }: Step, pattern: RegExp): string {
  const [, word] = pattern.exec(instruction) ?? []
  if (word === undefined) throw new Error(`${place} needs ${pattern} in the paragraph above it`)
  return word
}

async function succeed(terminal: Terminal, command: string): Promise<void> {
  const { lines, status } = await terminal.run(command)
  if (status !== 0) throw new Error(`${command} ends with ${status}:\n${lines.join('\n')}`)
}

if (isMain(import.meta.filename))
  await followReadme(process.argv[2] ?? '.', process.env, { install: false })
