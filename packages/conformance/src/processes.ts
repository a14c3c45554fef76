import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SessionBackend } from '@sojourn/core/store'
import { withTimeout } from './suite.ts'

/** Opens a backend on the database of this name, which is empty at first. Each process calls it once. */
export type OpenShared = (name: string) => SessionBackend | Promise<SessionBackend>

/** A module with `openShared`, as an export or in its default export, for processes that share a database. */
export interface SharedModule {
  readonly module: URL
  /** The arguments of Node in the processes. @default those of this process */
  readonly execArgv?: readonly string[]
}

/** What the processes are told. */
export interface Assignment {
  readonly module: string
  /** The name of the database. */
  readonly name: string
  /** The number of this process, from 0. */
  readonly index: number
  readonly task: Task
  /** How often it does its task. */
  readonly turns: number
}

/**
 * What a process does in each turn: `write` updates a row and inserts another, `logIn` inserts a row where one is allowed and lists
 * them, `remove` and `removeGroup` end the session of the turn.
 */
export type Task = 'write' | 'logIn' | 'remove' | 'removeGroup'

/** How many processes contend, for what, and how often each. */
export interface Contention {
  readonly count: number
  readonly task: Task
  readonly turns: number
}

/** What a process found when it worked. */
export interface Findings {
  /** The messages of the operations that rejected. */
  readonly rejected: readonly string[]
  /** The ids of the sessions that it was told to have ended. */
  readonly ended: readonly string[]
  /** The most sessions that it has seen in the group in which all log in. */
  readonly most: number
}

/** What a process did. */
export interface ProcessOutcome extends Findings {
  /** The timers that run on after `close`: where each was started. */
  readonly timers: readonly string[]
  /** Whether the process has ended by itself after `close`. It is ended if timers run on. */
  readonly hasEnded: boolean
}

/** Tells the module of the worker that it is run, not only imported. */
export const workerArgument = 'work'

/** How long a process may take to start, and to end when its backend is closed, in ms. */
const patienceMs = 20_000

/** How long a process may work, in ms: less than the time limit of a case, so that none is left behind. */
const workMs = 45_000

/** Starts processes that work on one database at once. Resolves when all of them have ended, and leaves none behind. */
export async function runProcesses(
  { module, execArgv = process.execArgv }: SharedModule,
  { count, ...shared }: Contention & { readonly name: string },
): Promise<ProcessOutcome[]> {
  const children = Array.from({ length: count }, () =>
    fork(workerFile(), [workerArgument], {
      execArgv: [...execArgv],
      env: { ...process.env, VITEST: undefined },
    }),
  )
  try {
    await Promise.all(
      children.map(async (child, index) => {
        child.send({ ...shared, module: module.href, index } satisfies Assignment)
        await messageOf(child)
      }),
    )
    return await Promise.all(
      children.map(async (child) => {
        child.send('begin')
        const outcome = await messageOf(child, workMs)
        return { ...outcome, hasEnded: outcome.timers.length === 0 && (await ends(child)) }
      }),
    )
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
}

function workerFile(): string {
  const { url } = import.meta
  if (!url) throw new Error('Several processes need ES modules: run npx @sojourn/conformance')
  return fileURLToPath(new URL(`./process-worker${url.endsWith('.ts') ? '.ts' : '.js'}`, url))
}

/** Resolves to the next message of a process, or rejects if it ends without one. */
async function messageOf(
  child: ChildProcess,
  ms = patienceMs,
): Promise<Omit<ProcessOutcome, 'hasEnded'>> {
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`a process has ended with the status ${code} before it was done`)
  })
  const [message] = await withTimeout(Promise.race([once(child, 'message'), exited]), ms)
  return message
}

/**
 * Imports a module that an author of a store has written. Returns its exports if `open` is one, or else its default export: that may
 * be the store itself. Of a module that was compiled to CommonJS, Node takes all exports for the default.
 */
export async function importSubject(module: string): Promise<unknown> {
  const { default: exported, ...named } = await import(module)
  if (typeof named.open === 'function') return named
  const isCompiled = exported?.__esModule && typeof exported.open !== 'function'
  return (isCompiled ? exported.default : exported) ?? named
}

/** Imports the module and opens the database of this name. */
export async function openShared(module: string, name: string): Promise<SessionBackend> {
  const subject = (await importSubject(module)) as { openShared?: OpenShared } | null
  if (!subject?.openShared) throw new Error(`${module} does not export openShared(name).`)
  return subject.openShared(name)
}

async function ends(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) return true
  return withTimeout(once(child, 'exit'), patienceMs).then(
    () => true,
    () => false,
  )
}
