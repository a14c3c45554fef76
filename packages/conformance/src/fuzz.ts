import { deepEqual } from 'node:assert/strict'
import type { SessionBackend } from '@sojourn/core/store'
import type fastCheck from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { callAt, makeRow, t0 } from './backend-fixture.ts'
import { referenceBackend } from './reference-backend.ts'

/** What to compare with the reference. */
export interface FuzzOptions {
  /** A fresh, empty backend for each run; closed after it. */
  open(): SessionBackend | Promise<SessionBackend>
  /** How many operations at least. @default 10_000 */
  readonly operations?: number
  /**
   * The unit of the lives of rows and of the pauses between operations, in ms. Where rows also leave in real time, it
   * must be long against what an operation takes, or they leave too early. @default 1
   */
  readonly tick?: number
  /** Decides everything; the same seed finds the same. @default 1 */
  readonly seed?: number
}

/** What a fuzz came to; it rejects where the two disagree, with the shortest history that shows it. */
export interface FuzzReport {
  readonly operations: number
  readonly runs: number
  readonly seed: number
  /** Wall time in ms. */
  readonly took: number
}

type Act = (backend: SessionBackend, at: number) => Promise<unknown>

const runLength = 60

/**
 * Does random things to a backend and to the reference in step, and compares every answer and every list. fast-check is
 * passed in, because the histories that it finds are shrunk by it: `fuzzBackend(fc, { open })`.
 */
export async function fuzzBackend(
  fc: typeof fastCheck,
  { open, operations = 10_000, tick = 1, seed = 1 }: FuzzOptions,
): Promise<FuzzReport> {
  const began = performance.now()
  const done = { operations: 0, runs: 0 }
  const pauses = fc.constantFrom(0, 0, tick, 10 * tick, 30_000)
  const history = fc.array(fc.tuple(acts(fc, tick), pauses), {
    minLength: runLength,
    maxLength: runLength,
  })
  const property = fc.asyncProperty(history, async (steps) => {
    const [backend, reference] = [await open(), referenceBackend()]
    try {
      let at = t0
      for (const [act, pause] of steps) {
        at += pause
        deepEqual(await act(backend, at), await act(reference, at))
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
  return { ...done, seed, took: Math.round(performance.now() - began) }
}

const groups = ['g', 'h', '']

function acts(fc: typeof fastCheck, tick: number): Arbitrary<Act> {
  const id = fc.constantFrom('g.a', 'g.b', 'g.c', 'g.d', 'h.a', 'h.b', '.x')
  const version = fc.constantFrom('v1', 'v2', 'v3')
  const life = fc.constantFrom(-1, 0, 5 * tick, 40 * tick, 200 * tick)
  const onExceed = fc.constantFrom('evict' as const, 'refuse' as const)
  const limit = fc.option(fc.record({ max: fc.integer({ min: 1, max: 3 }), onExceed }), {
    nil: undefined,
  })
  // No two rows share their end, so that who is evicted does not depend on the order of equals.
  const serial = fc.nat(999_999)
  const asAct = <Args>(arbitrary: Arbitrary<Args>, act: (args: Args) => Act) => arbitrary.map(act)
  return fc.oneof(
    asAct(id, (id) => (backend, at) => backend.find(id, callAt(at))),
    asAct(
      fc.record({ id, version, life, limit, serial }),
      ({ id, limit, ...row }) =>
        (backend, at) =>
          backend.insert(id, rowAt(at, row), limit ? { ...callAt(at), limit } : callAt(at)),
    ),
    asAct(
      fc.record({ id, version, expected: version, life, serial }),
      ({ id, expected, ...row }) =>
        (backend, at) =>
          backend.replace(id, rowAt(at, row), { ...callAt(at), expected }),
    ),
    asAct(
      fc.record({ id, version, life, serial, ago: fc.nat(20) }),
      ({ id, version, ago, ...life }) =>
        (backend, at) =>
          backend.touch(
            id,
            { touchedAt: at, expiresAt: endAt(at, life) },
            { ...callAt(at), expected: { version, touchedAt: at - ago * tick } },
          ),
    ),
    asAct(id, (id) => (backend, at) => backend.remove(id, { ...callAt(at), reason: 'logout' })),
    asAct(
      fc.record({ group: fc.constantFrom(...groups), except: id }),
      ({ group, except }) =>
        (backend, at) =>
          backend.removeGroup(group, { ...callAt(at), reason: 'revoked', except }),
    ),
  )
}

function rowAt(
  at: number,
  { version, ...life }: { version: string; life: number; serial: number },
) {
  return makeRow({ version, touchedAt: at, expiresAt: endAt(at, life) })
}

function endAt(at: number, { life, serial }: { life: number; serial: number }): number {
  return at + life - serial / 1_000_000
}

async function listed(backend: SessionBackend, group: string, at: number) {
  const rows = await backend.list(group, callAt(at))
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))
}
