import type { SessionBackend } from '@sojourn/core/store'
import type fastCheck from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { endsApartMs, type FuzzHistory, type FuzzStep, groups, play } from './fuzz-history.ts'
import { referenceBackend } from './reference-backend.ts'

export type { FuzzHistory, FuzzStep } from './fuzz-history.ts'

/** Options of `fuzzBackend`. */
export interface FuzzOptions {
  /** Opens an empty backend. Called once per run; `fuzzBackend` closes the backend after the run. */
  open(): SessionBackend | Promise<SessionBackend>
  /** The least number of operations. @default 10_000 */
  readonly operations?: number
  /**
   * The unit of the lifetimes of rows and of the pauses between operations, in ms, rounded up to whole seconds. If rows
   * also expire in real time, it must be much longer than an operation takes, or they expire too early. @default 1_000
   */
  readonly tick?: number
  /** Determines all random choices: the same seed gives the same histories. @default 1 */
  readonly seed?: number
}

/** What `fuzzBackend` did, if it found no difference. A run is one history of operations. */
export interface FuzzReport {
  readonly operations: number
  readonly runs: number
  /** In how many evictions there were sessions that had to stay. */
  readonly choices: number
  readonly seed: number
  /** Wall time in ms. */
  readonly durationMs: number
}

/** A difference from the reference. The message has the history as JSON; `replayHistory` plays it again. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure'
  /** The shortest history that was found to show the difference. */
  readonly history: FuzzHistory

  constructor(report: string, history: FuzzHistory, cause: unknown) {
    super(`${report}\n\nTo replay it, pass this to replayHistory():\n${JSON.stringify(history)}`, {
      cause,
    })
    this.history = history
  }
}

const runLength = 120

/**
 * Applies random operations to a backend and to the reference in lockstep, and compares every outcome and every list.
 * The backend must support `list`, `limit`, `conditionalWrite` and `revocation`. fast-check is a parameter because it
 * is an optional peer dependency.
 *
 * @throws FuzzFailure The first difference, with the shortest history that shows it, found by fast-check's shrinking.
 * @example
 * ```ts
 * import fc from 'fast-check'
 * import { fuzzBackend } from '@sojourn/conformance/fuzz'
 *
 * const { operations, durationMs } = await fuzzBackend(fc, { open: () => myBackend() })
 * ```
 */
export async function fuzzBackend(
  fc: typeof fastCheck,
  { open, operations = 10_000, tick = 1_000, seed = 1 }: FuzzOptions,
): Promise<FuzzReport> {
  const began = performance.now()
  const done = { operations: 0, runs: 0, choices: 0 }
  const history = fc.array(stepsArbitrary(fc, Math.ceil(tick / endsApartMs) * endsApartMs), {
    minLength: runLength,
    maxLength: runLength,
  })
  const property = fc.asyncProperty(history, async (steps) => {
    const counts = await replayHistory(steps, { open })
    done.operations += counts.operations
    done.choices += counts.choices
    done.runs++
  })
  const numRuns = Math.ceil(operations / runLength)
  const result = await fc.check(property, { numRuns, seed })
  if (result.counterexample) {
    const report = await fc.asyncDefaultReportMessage(result)
    throw new FuzzFailure(report ?? 'a difference', result.counterexample[0], result.errorInstance)
  }
  return { ...done, seed, durationMs: Math.round(performance.now() - began) }
}

/**
 * Plays a history of `fuzzBackend` again. Resolves to what it did.
 * @throws The first difference from the reference.
 */
export async function replayHistory(
  history: FuzzHistory,
  { open }: Pick<FuzzOptions, 'open'>,
): Promise<{ readonly operations: number; readonly choices: number }> {
  const backend = await open()
  try {
    return await play(history, { backend, reference: referenceBackend() })
  } finally {
    await backend.close()
  }
}

function stepsArbitrary(fc: typeof fastCheck, unit: number): Arbitrary<FuzzStep> {
  const pause = fc.constantFrom(0, 0, unit, 10 * unit, 60 * endsApartMs)
  const toNextEnd = fc.nat(7).map((draw) => draw === 7)
  const when = { pause, toNextEnd }
  const id = fc.constantFrom('g.a', 'g.b', 'g.c', 'g.d', 'g.e', 'g.f', 'h.a', 'h.b', '.x')
  const version = fc.constantFrom('v1', 'v2', 'v3')
  const life = fc.constantFrom(...[-1, 5, 500, 2_000, 3_000, 4_000].map((units) => units * unit))
  const limit = fc.option(
    fc.record({
      max: fc.integer({ min: 1, max: 4 }),
      onExceed: fc.constantFrom('evict' as const, 'refuse' as const),
    }),
    { nil: undefined },
  )
  const insert = fc.record({
    operation: fc.constant('insert' as const),
    ...when,
    id,
    version,
    life,
    limit,
  })
  const touch = fc.record({
    operation: fc.constant('touch' as const),
    ...when,
    id,
    life,
    expected: version,
    ago: fc.nat(3).map((count) => count * unit),
  })
  const replace = fc.record({
    operation: fc.constant('replace' as const),
    ...when,
    id,
    version,
    life,
    expected: version,
  })
  const find = fc.record({ operation: fc.constant('find' as const), ...when, id })
  const remove = fc.record({ operation: fc.constant('remove' as const), ...when, id })
  const removeGroup = fc.record({
    operation: fc.constant('removeGroup' as const),
    ...when,
    group: fc.constantFrom(...groups),
    except: id,
  })
  return fc.oneof(
    { weight: 20, arbitrary: insert },
    { weight: 6, arbitrary: touch },
    { weight: 3, arbitrary: replace },
    { weight: 2, arbitrary: find },
    { weight: 1, arbitrary: remove },
    { weight: 1, arbitrary: removeGroup },
  )
}
