import { randomUUID } from 'node:crypto'
import type { SessionBackend } from '@sojourn/core/store'
import { backendCases } from './backend-cases.ts'
import type { BackendFixture, BreakableBackend, Outcomes } from './backend-fixture.ts'
import { mendedOnce, runHook } from './hooks.ts'
import type { OperationLog } from './operation-log.ts'
import { openShared, runProcesses, type SharedModule } from './processes.ts'
import { createScheduler } from './scheduler.ts'
import { createSuite, type Suite } from './suite.ts'

/** How the suite opens the backend under test. */
export interface BackendSuiteOptions {
  /** The name of the backend in the report. */
  readonly name?: string
  /**
   * Opens a backend on a fresh, empty namespace: once to read `supports`, then once for each case. The suite closes it.
   * An in-process backend may await `step` inside its operations, so that races happen.
   */
  open(hooks: { step: () => Promise<void> }): Promise<SessionBackend> | SessionBackend
  /**
   * Opens two backends on one fresh database, with these prefixes appended to one of your own. Without it, clause 7 is
   * not offered.
   */
  openPair?(
    prefixes: readonly ['a:', 'a:b:'],
  ): Promise<readonly [SessionBackend, SessionBackend]> | readonly [SessionBackend, SessionBackend]
  /**
   * Opens a backend on a fresh database that a case may bring into trouble. Without it, the cases about trouble are not
   * offered (`trouble`). The suite mends the database once if it was broken, and closes the backend.
   */
  openBreakable?(): Promise<BreakableBackend> | BreakableBackend
  /**
   * Returns how many entries the database of a backend that `open` returned holds: rows, tombstones and entries of
   * indexes, whatever can be left behind. Without it, the cases about leaks are not offered.
   */
  size?(backend: SessionBackend): Promise<number> | number
  /** Where processes find the backend. Without it, the cases with several processes are not offered. */
  readonly processes?: SharedModule
  /** Cases that the backend may fail: the reason by case id, `{ 'B6.4': 'the database keeps no NUL in a key' }`. */
  readonly exempt?: Readonly<Record<string, string>>
  /** How long a row may outlive its end in real time, in ms; `false` if it never expires by itself. @default 10_000 */
  readonly realTimeMs?: number | false
  /** Determines the interleavings of the races. @default 1 */
  readonly seed?: number
  /** The time limit of a case, in ms: raise it for a slow database. @default 60_000 */
  readonly timeoutMs?: number
}

const rounds = 8

/**
 * Returns clauses 1 to 9 of the `SessionBackend` contract as cases.
 *
 * @see packages/core/src/store/backend.ts for the clauses.
 * @example
 * ```ts
 * import { register } from '@sojourn/conformance'
 * import { backendSuite } from '@sojourn/conformance/backend'
 * import { test } from 'vitest'
 *
 * register(await backendSuite({ name: 'my backend', open: () => myBackend() }), { test })
 * ```
 */
export async function backendSuite(options: BackendSuiteOptions): Promise<Suite> {
  const offered = await offeredBy(options)
  const { name = 'a session backend', exempt = {}, seed = 1, timeoutMs = 60_000 } = options
  return createSuite<BackendFixture>({
    name: `${name}, suite /backend`,
    definitions: backendCases,
    exempt,
    offers: (need) => offered.has(need),
    withSubject: (run, log) => withFixture(options, { run, log }),
    timeoutMs,
    seed,
  })
}

async function offeredBy(options: BackendSuiteOptions): Promise<ReadonlySet<string>> {
  const backend = await options.open({ step: async () => undefined })
  const supported = Object.entries(backend.supports).filter(([, isSupported]) => isSupported)
  await backend.close()
  return new Set([
    ...supported.map(([capability]) => capability),
    ...(options.openPair ? ['prefixes'] : []),
    ...(options.realTimeMs === false ? [] : ['realTime']),
    ...(options.openBreakable ? ['trouble'] : []),
    ...(options.size ? ['size'] : []),
    ...(options.processes ? ['processes'] : []),
  ])
}

/** Opens what the case needs, and closes all of it when the case has settled. */
async function withFixture(
  options: BackendSuiteOptions,
  { run, log }: { run: (fixture: BackendFixture) => Promise<void>; log: OperationLog },
): Promise<void> {
  const { realTimeMs = 10_000, seed = 1, timeoutMs = 60_000 } = options
  let scheduler = createScheduler(seed)
  const step = () => scheduler.step()
  const tested = await runHook('open', () => options.open({ step }))
  const backend = log.follow(tested)
  const opened = [backend]
  const broken: BreakableBackend[] = []
  const follow = (other: SessionBackend, name = '') => {
    const followed = log.follow(other, name)
    opened.push(followed)
    return followed
  }
  const fixture: BackendFixture = {
    backend,
    realTimeMs: Math.ceil(Number(realTimeMs)),
    patienceMs: Math.ceil(timeoutMs / 6), // timers take whole numbers only
    async openPair() {
      const open = required('openPair', options.openPair)
      const [a, ab] = await runHook('openPair', () => open(['a:', 'a:b:']))
      return [follow(a, 'a: '), follow(ab, 'a:b: ')]
    },
    async openBreakable() {
      const open = required('openBreakable', options.openBreakable)
      const breakable = mendedOnce(await runHook('openBreakable', open))
      broken.push(breakable)
      return { ...breakable, backend: follow(breakable.backend) }
    },
    async size() {
      const count = required('size', options.size)
      return runHook('size', () => count(tested))
    },
    async shareDatabase() {
      const shared = required('processes', options.processes)
      const name = `conformance-${randomUUID()}`
      const open = () => openShared(shared.module.href, name)
      return {
        backend: follow(await runHook('openShared', open)),
        runProcesses: (how) => runProcesses(shared, { ...how, name }),
      }
    },
    async races(play) {
      for (let round = 0; round < rounds; round++) {
        scheduler = createScheduler(seed * rounds + round)
        await play(`race${round}`)
      }
    },
    parallel: (operations) => startAll(operations, step),
  }
  await run(fixture).finally(async () => {
    await Promise.all(broken.map(({ mend }) => mend()))
    await Promise.all(opened.map((each) => each.close()))
  })
}

function required<Option>(name: string, option: Option | undefined): Option {
  if (option === undefined) throw new Error(`The option ${name} is missing.`)
  return option
}

/** Starts all operations, each after some turns, so that the seed determines the order. */
async function startAll<Operations extends readonly (() => unknown)[] | []>(
  operations: Operations,
  step: () => Promise<void>,
): Promise<Outcomes<Operations>> {
  const running = operations.map(async (operation) => {
    await step()
    return operation()
  })
  // `map` loses the type of each operation's outcome.
  return (await Promise.all(running)) as Outcomes<Operations>
}
