import { equal } from 'node:assert/strict'
import { endsExactly } from '../backend-asserts.ts'
import {
  type BackendCase,
  type BackendFixture,
  ending,
  given,
  makeRow,
  now,
  t0,
} from '../backend-fixture.ts'
import { withTimeout } from '../suite.ts'
import { operationsOn } from './operations.ts'

const row = makeRow()

const operations = operationsOn(row)

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
    async run({ backend, patienceMs }) {
      equal(await withTimeout(backend.ping(now), patienceMs), undefined)
    },
  },
  {
    id: 'B8.2',
    title: 'every operation ends when its signal was aborted before',
    async run({ backend, patienceMs }) {
      await given(backend, [['g.a'], ['g.b']])
      await allEnd({ backend, patienceMs }, () => AbortSignal.abort())
    },
  },
  {
    id: 'B8.3',
    title: 'every operation ends when its signal is aborted meanwhile',
    async run({ backend, patienceMs }) {
      await given(backend, [['g.a'], ['g.b']])
      await allEnd({ backend, patienceMs }, () => {
        const controller = new AbortController()
        queueMicrotask(() => controller.abort())
        return controller.signal
      })
    },
  },
  {
    id: 'B8.4',
    title: 'after an aborted operation the backend works',
    async run({ backend, patienceMs }) {
      await given(backend, [['g.a'], ['g.b']])
      await allEnd({ backend, patienceMs }, () => AbortSignal.abort())
      await given(backend, [['h.c']])
      equal((await backend.remove('h.c', ending(t0)))?.version, 'v1')
    },
  },
  {
    id: 'B8.5',
    title: 'close resolves, also the second time',
    async run({ backend, patienceMs }) {
      await withTimeout(backend.close(), patienceMs)
      await withTimeout(backend.close(), patienceMs)
    },
  },
  {
    id: 'B8.6',
    title: 'every operation ends after close',
    async run({ backend, patienceMs }) {
      await backend.close()
      await allEnd({ backend, patienceMs }, () => now.signal)
    },
  },
]

/** Fails unless the operation settles, either way. An operation that is not offered may throw. */
async function allEnd(
  { backend, patienceMs }: Pick<BackendFixture, 'backend' | 'patienceMs'>,
  signal: () => AbortSignal,
): Promise<void> {
  for (const operation of Object.values(operations)) {
    const run = async () => operation(backend, { at: t0, signal: signal() })
    await withTimeout(run().then(nothing, nothing), patienceMs)
  }
}

function nothing(): void {}
