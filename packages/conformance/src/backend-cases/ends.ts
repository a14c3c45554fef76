import { equal } from 'node:assert/strict'
import type { BackendCall, SessionBackend } from '@sojourn/core/store'
import { endsExactly } from '../backend-asserts.ts'
import { type BackendCase, ending, given, makeRow, now, t0 } from '../backend-fixture.ts'
import { withTimeout } from '../suite.ts'

/** The time limit of an operation that has nothing to wait for, in ms. */
const timeoutMs = 10_000
const row = makeRow()

const operations = {
  find: (backend, call) => backend.find('g.a', call),
  insert: (backend, call) => backend.insert('g.new', row, call),
  replace: (backend, call) => backend.replace('g.a', row, { ...call, expected: 'v1' }),
  touch: (backend, call) => backend.touch('g.a', row, { ...call, expected: row }),
  remove: (backend, call) => backend.remove('g.b', { ...call, reason: 'logout' }),
  list: (backend, call) => backend.list('g', call),
  removeGroup: (backend, call) => backend.removeGroup('h', { ...call, reason: 'logout' }),
  scan: async (backend, call) => {
    for await (const _ of backend.scan(call));
  },
  ping: (backend, call) => backend.ping(call),
} satisfies Record<string, (backend: SessionBackend, call: BackendCall) => Promise<unknown>>

/** Clauses 1 and 8: outcomes are values, and every operation settles. */
export const endCases: readonly BackendCase[] = [
  {
    id: 'B1.1',
    title: 'an id that is not there is an outcome, not an error',
    async run({ backend }) {
      equal(await backend.find('g.a', now), null)
      equal(await backend.replace('g.a', row, { ...now, expected: 'v1' }), 'gone')
      equal(await backend.touch('g.a', row, { ...now, expected: row }), 'gone')
      equal(await backend.remove('g.a', ending(t0)), null)
    },
  },
  {
    id: 'B1.2',
    title: 'a group that is not there is empty, not an error',
    needs: ['list'],
    async run({ backend }) {
      equal((await backend.list('g', now)).length, 0)
      await endsExactly(backend, 'g', { ...ending(t0), ids: [] })
    },
  },
  {
    id: 'B8.1',
    title: 'ping resolves',
    async run({ backend }) {
      equal(await withTimeout(backend.ping(now), timeoutMs), undefined)
    },
  },
  {
    id: 'B8.2',
    title: 'every operation ends when its signal was aborted before',
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b']])
      await allEnd(backend, () => AbortSignal.abort())
    },
  },
  {
    id: 'B8.3',
    title: 'every operation ends when its signal is aborted meanwhile',
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b']])
      await allEnd(backend, () => {
        const controller = new AbortController()
        queueMicrotask(() => controller.abort())
        return controller.signal
      })
    },
  },
  {
    id: 'B8.4',
    title: 'after an aborted operation the backend works',
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b']])
      await allEnd(backend, () => AbortSignal.abort())
      await given(backend, [['h.c']])
      equal((await backend.remove('h.c', ending(t0)))?.version, 'v1')
    },
  },
  {
    id: 'B8.5',
    title: 'close resolves, also the second time',
    async run({ backend }) {
      await withTimeout(backend.close(), timeoutMs)
      await withTimeout(backend.close(), timeoutMs)
    },
  },
  {
    id: 'B8.6',
    title: 'every operation ends after close',
    async run({ backend }) {
      await backend.close()
      await allEnd(backend, () => now.signal)
    },
  },
]

/** Fails unless the operation settles, either way. An operation that is not offered may throw. */
async function allEnd(backend: SessionBackend, signal: () => AbortSignal): Promise<void> {
  for (const operation of Object.values(operations)) {
    const run = async () => operation(backend, { at: t0, signal: signal() })
    await withTimeout(run().then(nothing, nothing), timeoutMs)
  }
}

function nothing(): void {}
