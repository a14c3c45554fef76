import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { isGone } from '../backend-asserts.ts'
import {
  type BackendCase,
  bytes,
  ending,
  given,
  hour,
  makeRow,
  now,
  t0,
} from '../backend-fixture.ts'

const next = makeRow({ version: 'v2', priorVersions: ['v1'], value: bytes('next') })
const times = { touchedAt: t0 + 7, expiresAt: t0 + 3 * hour }

/** Clause 3: a session that has ended stays ended, whatever operation races with its end. */
export const removeRaceCases: readonly BackendCase[] = [
  {
    id: 'B3.27',
    title: 'of parallel removes exactly one is handed the row',
    needs: ['conditionalWrite'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        await given(backend, [[`${group}.a`]])
        const remove = () => backend.remove(`${group}.a`, ending(t0))
        const rows = await parallel([remove, remove, remove, remove])
        equal(rows.filter((row) => row !== null).length, 1)
      })
    },
  },
  {
    id: 'B3.28',
    title: 'a replace racing a remove leaves no live row, and the remove is handed the latest',
    needs: ['conditionalWrite'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const id = `${group}.a`
        await given(backend, [[id]])
        const [written, row] = await parallel([
          () => backend.replace(id, next, { ...now, expected: 'v1' }),
          () => backend.remove(id, ending(t0)),
        ])
        await isGone(backend, id)
        equal(row?.version, written === 'replaced' ? 'v2' : 'v1')
      })
    },
  },
  {
    id: 'B3.29',
    title: 'a touch racing a remove leaves no live row',
    needs: ['conditionalWrite'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const id = `${group}.a`
        const [expected = next] = await given(backend, [[id]])
        const [written, row] = await parallel([
          () => backend.touch(id, times, { ...now, expected }),
          () => backend.remove(id, ending(t0)),
        ])
        await isGone(backend, id)
        equal(row?.touchedAt, written === 'touched' ? times.touchedAt : t0)
      })
    },
  },
  {
    id: 'B3.30',
    title: 'an insert racing a remove leaves no live row',
    needs: ['revocation'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const id = `${group}.a`
        await parallel([
          () => backend.insert(id, makeRow(), now),
          () => backend.remove(id, ending(t0)),
        ])
        await isGone(backend, id)
      })
    },
  },
  {
    id: 'B3.31',
    title: 'a replace racing a removeGroup leaves no live row',
    needs: ['list', 'conditionalWrite'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const ids = ['a', 'b', 'c'].map((handle) => `${group}.${handle}`)
        await given(
          backend,
          ids.map((id) => [id] as const),
        )
        const outcomes = await parallel([
          ...ids.map((id) => () => backend.replace(id, next, { ...now, expected: 'v1' })),
          () => backend.removeGroup(group, ending(t0)),
        ])
        deepEqual([outcomes.at(-1)].flat().sort(), ids)
        for (const id of ids) await isGone(backend, id)
      })
    },
  },
  {
    id: 'B3.32',
    title:
      'a remove racing a removeGroup: the session is handed back or among the ended, never both',
    needs: ['list', 'conditionalWrite'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const ids = [`${group}.a`, `${group}.b`]
        await given(
          backend,
          ids.map((id) => [id] as const),
        )
        const [row, ended] = await parallel([
          () => backend.remove(`${group}.a`, ending(t0)),
          () => backend.removeGroup(group, ending(t0)),
        ])
        deepEqual([...ended].sort(), row === null ? ids : ids.slice(1))
        for (const id of ids) await isGone(backend, id)
      })
    },
  },
]
