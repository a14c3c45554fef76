import { ok } from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { SessionBackend } from '@sojourn/core/store'
import { deepEqual } from '../asserts.ts'
import { isEnded, stands } from '../backend-asserts.ts'
import {
  type BackendCase,
  type BackendFixture,
  ending,
  given,
  hour,
  makeRow,
  now,
  t0,
} from '../backend-fixture.ts'

const needs = ['realTime']
/** The lifetime of a row that is to expire during the case, in ms. */
const briefly = 200
const soon = { expiresAt: t0 + briefly }

/** Clause 5: expired rows free their space even if they are never read again. Only real time passes, not `at`. */
export const realTimeCases: readonly BackendCase[] = [
  {
    id: 'B5.19',
    title: 'a row leaves by itself when its time to live has passed',
    needs,
    async run(fixture) {
      await given(fixture.backend, [['g.a', soon]])
      await leaves(fixture, 'g.a')
    },
  },
  {
    id: 'B5.20',
    title: 'a row that was touched or replaced does not leave at its first end',
    needs,
    async run(fixture) {
      const { backend } = fixture
      const prolonged = await prolong(backend)
      await given(backend, [['h.c', { expiresAt: t0 + prolonged.life }]])
      await leaves(fixture, 'h.c')
      await stands(backend, prolonged.touched, { row: makeRow() })
      await stands(backend, prolonged.replaced, { row: next })
    },
  },
  {
    id: 'B5.21',
    title: 'a row whose end is more than 2^31 ms away does not leave early',
    needs,
    async run(fixture) {
      const [row = makeRow()] = await given(fixture.backend, [['g.a', { expiresAt: t0 + 2 ** 33 }]])
      await given(fixture.backend, [['g.b', soon]])
      await leaves(fixture, 'g.b')
      await stands(fixture.backend, 'g.a', { row })
    },
  },
  {
    id: 'B5.22',
    title: 'rows that live for 3 s, 30 s or an hour stay when others have left',
    needs,
    async run(fixture) {
      const { backend } = fixture
      const begun = performance.now()
      const rows = [3_000, 30_000].map((life) => ({ id: `g.${life}`, life }))
      await given(
        backend,
        rows.map(({ id, life }) => [id, { expiresAt: t0 + life }]),
      )
      const [row = makeRow()] = await given(backend, [['g.a'], ['g.b']])
      await othersLeave(fixture)
      for (const { id, life } of rows) {
        const hasLeft = (await backend.find(id, now)) === null
        const age = performance.now() - begun // of the row, or more: a late sweep may have taken it in time
        ok(!hasLeft || age >= life, `a row that lives for ${life} ms has left in ${age} ms`)
      }
      for (const id of ['g.a', 'g.b']) await stands(backend, id, { row })
    },
  },
  {
    id: 'B3.34',
    title: 'tombstones of a remove, a removeGroup and an eviction stay when rows have left',
    needs: [...needs, 'revocation'],
    async run(fixture) {
      const { backend } = fixture
      const { list, limit } = backend.supports
      await given(backend, [['g.a'], ['h.a'], ['h.b'], ['i.a']])
      for (const id of ['g.a', 'g.b']) await backend.remove(id, ending(t0))
      if (list) await backend.removeGroup('h', ending(t0, 'revoked'))
      const one = { max: 1, onExceed: 'evict' } as const
      if (limit) await backend.insert('i.b', makeRow(), { ...now, limit: one })
      await othersLeave(fixture)
      for (const id of ['g.a', 'g.b']) await isEnded(backend, id, { ended: 'logout', at: t0 })
      if (list)
        for (const id of ['h.a', 'h.b']) await isEnded(backend, id, { ended: 'revoked', at: t0 })
      if (limit) await isEnded(backend, 'i.a', { ended: 'evicted', at: t0 })
      const late = await backend.insert('g.a', makeRow(), now)
      deepEqual(late, { inserted: false, why: 'taken' })
    },
  },
]

/** How long rows and tombstones are watched while others leave, in ms of real time. */
const watchedMs = 700

/** Waits until a row has expired in real time and left: what swept it has met all others too. */
async function othersLeave(fixture: BackendFixture): Promise<void> {
  await given(fixture.backend, [['other.a', { expiresAt: t0 + watchedMs }]])
  await wait(watchedMs)
  await leaves(fixture, 'other.a')
}

const next = makeRow({ version: 'v2' })

/** Touches one row and replaces another before they expire; on a slow machine, again with longer lifetimes. */
async function prolong(backend: SessionBackend, life = briefly): Promise<Prolonged> {
  const [touched, replaced] = [`g.touched-${life}`, `g.replaced-${life}`]
  const begun = performance.now()
  const [row = makeRow()] = await given(backend, [
    [touched, { expiresAt: t0 + life }],
    [replaced, { expiresAt: t0 + life }],
  ])
  await backend.touch(touched, { touchedAt: t0, expiresAt: t0 + hour }, { ...now, expected: row })
  await backend.replace(replaced, next, { ...now, expected: 'v1' })
  const isInTime = performance.now() - begun < life
  return isInTime ? { touched, replaced, life } : prolong(backend, 2 * life)
}

interface Prolonged {
  readonly touched: string
  readonly replaced: string
  /** The lifetime that the rows had at first, in ms. */
  readonly life: number
}

async function leaves({ backend, realTimeMs }: BackendFixture, id: string): Promise<void> {
  const deadline = AbortSignal.timeout(realTimeMs)
  while (!deadline.aborted) {
    if ((await backend.find(id, now)) === null) return
    await wait(25)
  }
  ok(false, `the row still stands after ${realTimeMs} ms of real time`)
}
