import type { SessionBackend } from '@sojourn/core/store'
import type fastCheck from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { deepEqual } from './asserts.ts'
import { callAt, makeRow, t0 } from './backend-fixture.ts'
import { referenceBackend } from './reference-backend.ts'

/** Options of `fuzzBackend`. */
export interface FuzzOptions {
  /** Opens an empty backend. Called once per run; `fuzzBackend` closes the backend after the run. */
  open(): SessionBackend | Promise<SessionBackend>
  /** The least number of operations. @default 10_000 */
  readonly operations?: number
  /**
   * The unit of the lifetimes of rows and of the pauses between operations, in ms. If rows also expire in real time, it
   * must be much longer than an operation takes, or they expire too early. @default 1
   */
  readonly tick?: number
  /** Determines all random choices: the same seed gives the same histories. @default 1 */
  readonly seed?: number
}

/** What `fuzzBackend` did, if it found no difference. A run is one history of operations. */
export interface FuzzReport {
  readonly operations: number
  readonly runs: number
  readonly seed: number
  /** Wall time in ms. */
  readonly durationMs: number
}

type FuzzStep = (backend: SessionBackend, at: number) => Promise<unknown>

const runLength = 60

/**
 * Applies random operations to a backend and to the reference in lockstep, and compares every result and every list.
 * fast-check is a parameter because it is an optional peer dependency.
 *
 * @throws The first difference, with the shortest history that shows it, found by fast-check's shrinking.
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
  { open, operations = 10_000, tick = 1, seed = 1 }: FuzzOptions,
): Promise<FuzzReport> {
  const began = performance.now()
  const done = { operations: 0, runs: 0 }
  const pauses = fc.constantFrom(0, 0, tick, 10 * tick, 30_000)
  const history = fc.array(fc.tuple(stepsArbitrary(fc, tick), pauses), {
    minLength: runLength,
    maxLength: runLength,
  })
  const property = fc.asyncProperty(history, async (steps) => {
    const [backend, reference] = [await open(), referenceBackend()]
    try {
      let at = t0
      for (const [step, pause] of steps) {
        at += pause
        deepEqual(await step(backend, at), await step(reference, at))
        for (const group of groups)
          deepEqual(await listed(backend, group, at), await listed(reference, group, at))
        done.operations++
      }
    } finally {
      await backend.close()
    }
    done.runs++
  })
  await fc.assert(property, { numRuns: Math.ceil(operations / runLength), seed })
  return { ...done, seed, durationMs: Math.round(performance.now() - began) }
}

const groups = ['g', 'h', '']

function stepsArbitrary(fc: typeof fastCheck, tick: number): Arbitrary<FuzzStep> {
  const id = fc.constantFrom('g.a', 'g.b', 'g.c', 'g.d', 'h.a', 'h.b', '.x')
  const version = fc.constantFrom('v1', 'v2', 'v3')
  const life = fc.constantFrom(-1, 0, 5 * tick, 40 * tick, 200 * tick)
  const onExceed = fc.constantFrom('evict' as const, 'refuse' as const)
  const limit = fc.option(fc.record({ max: fc.integer({ min: 1, max: 3 }), onExceed }), {
    nil: undefined,
  })
  // Makes expiry times differ by fractions of a ms: rows that expire at the same time may be evicted in any order.
  const serial = fc.nat(999_999)
  const asStep = <Args>(arbitrary: Arbitrary<Args>, step: (args: Args) => FuzzStep) =>
    arbitrary.map(step)
  return fc.oneof(
    asStep(id, (id) => (backend, at) => backend.find(id, callAt(at))),
    asStep(
      fc.record({ id, version, life, limit, serial }),
      ({ id, limit, ...row }) =>
        (backend, at) =>
          backend.insert(id, rowAt(at, row), limit ? { ...callAt(at), limit } : callAt(at)),
    ),
    asStep(
      fc.record({ id, version, expected: version, life, serial }),
      ({ id, expected, ...row }) =>
        (backend, at) =>
          backend.replace(id, rowAt(at, row), { ...callAt(at), expected }),
    ),
    asStep(
      fc.record({ id, version, life, serial, ago: fc.nat(20) }),
      ({ id, version, ago, ...expiry }) =>
        (backend, at) =>
          backend.touch(
            id,
            { touchedAt: at, expiresAt: endAt(at, expiry) },
            { ...callAt(at), expected: { version, touchedAt: at - ago * tick } },
          ),
    ),
    asStep(id, (id) => (backend, at) => backend.remove(id, { ...callAt(at), reason: 'logout' })),
    asStep(
      fc.record({ group: fc.constantFrom(...groups), except: id }),
      ({ group, except }) =>
        async (backend, at) => {
          const call = { ...callAt(at), reason: 'revoked', except } as const
          return [...(await backend.removeGroup(group, call))].sort()
        },
    ),
  )
}

function rowAt(
  at: number,
  { version, ...expiry }: { version: string; life: number; serial: number },
) {
  return makeRow({ version, touchedAt: at, expiresAt: endAt(at, expiry) })
}

function endAt(at: number, { life, serial }: { life: number; serial: number }): number {
  return at + life - serial / 1_000_000
}

async function listed(backend: SessionBackend, group: string, at: number) {
  const rows = await backend.list(group, callAt(at))
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))
}
