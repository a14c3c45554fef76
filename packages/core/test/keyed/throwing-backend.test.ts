import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { guardBackend } from '../../src/keyed/guarded-backend.ts'
import type { SessionBackend } from '../../src/store/backend.ts'
import { createTracing } from '../../src/tracing.ts'
import { t0 } from '../contexts.ts'
import { testBackend } from '../support.ts'

const unhandled = vi.fn()
beforeAll(() => void process.on('unhandledRejection', unhandled))
afterAll(() => void process.off('unhandledRejection', unhandled))
afterEach(async () => {
  await new Promise(setImmediate) // Node has reported unhandled rejections then
  expect(unhandled).not.toHaveBeenCalled()
})

/** What a backend of another make does in trouble. */
const troubles: Readonly<Record<string, () => never>> = {
  throws() {
    throw new Error('not connected')
  },
  'returns a thenable that throws': () =>
    ({
      // biome-ignore lint/suspicious/noThenProperty: what is tested
      then() {
        throw new Error('not connected')
      },
    }) as never,
}

const operations = [
  'find',
  'insert',
  'replace',
  'touch',
  'remove',
  'list',
  'removeGroup',
  'ping',
  'now',
] as const

/** Guards a backend one of whose operations is `act`; a tracer sees what it rejects with. */
function guarded(operation: keyof SessionBackend, act: () => never) {
  const backend: SessionBackend = { ...testBackend().backend, [operation]: act }
  const emit = vi.fn()
  const { tracing, trace } = createTracing(() => undefined)
  const traced = vi.fn()
  trace((name, run) => void run().catch((error: unknown) => traced(name, error)))
  const untraced = guardBackend(backend, { storeTimeout: 200, emit })
  return {
    guards: [untraced, guardBackend(backend, { storeTimeout: 200, emit, tracing })],
    emit,
    traced,
  }
}

describe.each(Object.entries(troubles))(
  'a backend that %s in place of rejecting',
  (_title, act) => {
    test.each(operations)(
      'at %s: an error with a code, an event and a trace',
      async (operation) => {
        const { guards, emit, traced } = guarded(operation, act)
        for (const guard of guards) {
          const row = {
            version: 'v',
            priorVersions: [],
            touchedAt: t0,
            expiresAt: t0 + 1,
            value: Buffer.of(),
          }
          const calls: Record<typeof operation, () => unknown> = {
            find: () => guard.find('g.a', t0),
            insert: () => guard.insert('g.a', row, { at: t0 }),
            replace: () => guard.replace('g.a', row, { at: t0, expected: 'v' }),
            touch: () => guard.touch('g.a', row, { at: t0, expected: row }),
            remove: () => guard.remove('g.a', { at: t0, reason: 'logout' }),
            list: () => guard.list('g', t0),
            removeGroup: () => guard.removeGroup('g', { at: t0, reason: 'logout' }),
            ping: () => guard.ping(t0),
            now: () => guard.now(t0),
          }
          const failure = {
            code: 'ERR_STORE_UNAVAILABLE',
            cause: expect.objectContaining({ message: 'not connected' }),
          }
          await expect(calls[operation]()).rejects.toMatchObject(failure)
          const error = expect.objectContaining(failure)
          expect(emit).toHaveBeenLastCalledWith('failed', { operation, error })
          if (guard !== guards[0]) expect(traced).toHaveBeenCalledWith(operation, error)
        }
      },
    )
  },
)

test.each<[string, () => never]>([
  ['scan', troubles['throws'] as () => never],
  ['the iterator', () => ({ [Symbol.asyncIterator]: troubles['throws'] }) as never],
  ['next', () => ({ [Symbol.asyncIterator]: () => ({ next: troubles['throws'] }) }) as never],
])('a scan where %s throws: an error with a code, and an event', async (_title, act) => {
  const { guards, emit } = guarded('scan', act)
  const scanning = guards[0]?.scan(t0).next()
  await expect(scanning).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  expect(emit).toHaveBeenCalledExactlyOnceWith('failed', expect.anything())
})
