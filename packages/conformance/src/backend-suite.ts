import type { SessionBackend } from '@sojourn/core/store'
import { backendCases } from './backend-cases.ts'
import type { BackendFixture, Outcomes } from './backend-fixture.ts'
import { createScheduler } from './scheduler.ts'
import { createSuite, type Suite } from './suite.ts'

/** How the suite gets at the backends that it tests. */
export interface BackendSuiteOptions {
  /** The name of the backend, for the report. */
  readonly name?: string
  /**
   * Opens a backend on a fresh, empty namespace: once to ask what it supports, then once for each case. The suite
   * closes it. A backend that lives in the process may await `step` inside its operations, so that races happen.
   */
  open(hooks: { step: () => Promise<void> }): Promise<SessionBackend> | SessionBackend
  /**
   * Opens two backends on one fresh database, below these prefixes put behind one of your own. Without it clause 7 is
   * reported as not offered.
   */
  openPair?(
    prefixes: readonly ['a:', 'a:b:'],
  ): Promise<readonly [SessionBackend, SessionBackend]> | readonly [SessionBackend, SessionBackend]
  /** Cases that the backend may fail, each with the reason: `{ 'B6.4': 'the database keeps no NUL in a key' }`. */
  readonly exempt?: Readonly<Record<string, string>>
  /** How long a row may outlive its end in real time, in ms; `false` where nothing leaves by itself. @default 10_000 */
  readonly realTimeMs?: number | false
  /** Decides the interleavings of the races. @default 1 */
  readonly seed?: number
}

const rounds = 8

/** The clauses 1 to 9 of the contract of `SessionBackend`, as cases that run on the backend that `open` answers. */
export async function backendSuite(options: BackendSuiteOptions): Promise<Suite> {
  const offered = await offeredBy(options)
  const { name = 'a session backend', exempt = {} } = options
  return createSuite<BackendFixture>({
    name: `${name}, suite /backend`,
    definitions: backendCases,
    exempt,
    offers: (need) => offered.has(need),
    withSubject: (run) => withBench(options, run),
    patience: 60_000,
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
  ])
}

/** Opens what the case asks for, and closes all of it when the case has ended. */
async function withBench(
  { open, openPair, realTimeMs = 10_000, seed = 1 }: BackendSuiteOptions,
  run: (fixture: BackendFixture) => Promise<void>,
): Promise<void> {
  let scheduler = createScheduler(seed)
  const step = () => scheduler.step()
  const backend = await open({ step })
  const opened = [backend]
  const fixture: BackendFixture = {
    backend,
    realTimeMs: Number(realTimeMs),
    async openPair() {
      const pair = await openPair?.(['a:', 'a:b:'])
      if (!pair) throw new Error('openPair answered no pair')
      opened.push(...pair)
      return pair
    },
    async races(play) {
      for (let round = 0; round < rounds; round++) {
        scheduler = createScheduler(seed * rounds + round)
        await play(`race${round}`)
      }
    },
    parallel: (operations) => startAll(operations, step),
  }
  await run(fixture).finally(() => Promise.all(opened.map((each) => each.close())))
}

/** Starts all, each after some turns, so that the seed decides who is first. */
async function startAll<Operations extends readonly (() => Promise<unknown>)[] | []>(
  operations: Operations,
  step: () => Promise<void>,
): Promise<Outcomes<Operations>> {
  const running = operations.map(async (operation) => {
    await step()
    return operation()
  })
  // `map` loses which operation answers what.
  return (await Promise.all(running)) as Outcomes<Operations>
}
