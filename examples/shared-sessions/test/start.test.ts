/** The one command: what it starts, and that nothing is left of it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@sojourn/redis-lab/processes'
import { afterEach, expect, test } from 'vitest'

let started: { child: ChildProcess; temp: string } | undefined
afterEach(() => {
  started?.child.kill('SIGKILL')
  if (started) rmSync(started.temp, { recursive: true, force: true })
})

/** Starts the example with a temporary folder of its own. Resolves when it has printed its address. */
async function start() {
  const temp = mkdtempSync(join(tmpdir(), 'shared-sessions-start-'))
  const words = ['--conditions=@sojourn/source', '--import', 'tsx', 'start.ts']
  const env = { ...process.env, TMPDIR: temp }
  const child = spawn(process.execPath, words, { cwd: join(import.meta.dirname, '..'), env })
  started = { child, temp }
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  const exitCode = once(child, 'close').then(([code]) => code as number | null)
  const print = () => output
  await until('the address', () => {
    if (child.exitCode !== null) throw new Error(output)
    return output.includes('https://localhost:')
  })
  return { child, temp, exitCode, output: print, programs: descendantsOf(Number(child.pid)) }
}

interface ListedProcess {
  readonly pid: number
  readonly command: string
}

/** Returns what a process has started, and what that has started. */
function descendantsOf(parent: number): ListedProcess[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const all = [...list.matchAll(/^ *(\d+) +(\d+) (.*)$/gm)].map(([, pid, ppid, command = '']) => ({
    pid: Number(pid),
    ppid: Number(ppid),
    command,
  }))
  const below = (pid: number): ListedProcess[] =>
    all.filter(({ ppid }) => ppid === pid).flatMap((child) => [child, ...below(child.pid)])
  return below(parent)
}

/** Returns those that still run. One that has ended may be listed until its parent asks for how. */
function alive(programs: readonly ListedProcess[]): ListedProcess[] {
  const list = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' })
  const running = new Set([...list.matchAll(/^ *(\d+) +[^Z]/gm)].map(([, pid]) => Number(pid)))
  return programs.filter(({ pid }) => running.has(pid))
}

/** Waits until no process and no file is left. */
function nothingLeft(temp: string, programs: readonly ListedProcess[]): Promise<void> {
  return until('nothing to be left', () => {
    const folders = readdirSync(temp).filter((name) => name.startsWith('shared-sessions-'))
    return alive(programs).length === 0 && folders.length === 0
  })
}

test('it starts everything, prints no secret, and Ctrl-C leaves nothing behind', async () => {
  const { child, temp, exitCode, output, programs } = await start()
  for (const program of ['redis-server', 'nginx: master', 'user/main.ts', 'task/main.ts'])
    expect(programs.map(({ command }) => command).join('\n')).toContain(program)
  const [folder = ''] = readdirSync(temp).filter((name) => name.startsWith('shared-sessions-'))
  const secrets = ['session_secret', 'redis_password'].map((name) =>
    execFileSync('cat', [join(temp, folder, 'secrets', name)], { encoding: 'utf8' }).trim(),
  )
  const environments = programs.map(({ command }) => command).join('\n')
  child.kill('SIGINT')
  expect(await exitCode).toBe(0)
  for (const secret of secrets) expect(output() + environments).not.toContain(secret)
  await nothingLeft(temp, programs)
})

test('if it is killed, all others are killed too', async () => {
  const { child, temp, exitCode, programs } = await start()
  child.kill('SIGKILL')
  await exitCode
  await nothingLeft(temp, programs)
})

test('if one of them ends by itself, it ends the others and says which', async () => {
  const { temp, exitCode, output, programs } = await start()
  const redis = programs.find(({ command }) => command.includes('redis-server'))
  process.kill(redis?.pid ?? 0, 'SIGKILL')
  expect(await exitCode).toBe(1)
  expect(output()).toContain('redis ended by itself: SIGKILL.')
  await nothingLeft(temp, programs)
})
