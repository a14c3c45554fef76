import { equal, ok } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { listsExactly, sameIds, scanned } from '../backend-asserts.ts'
import { type BackendCase, ending, fill, given, makeRow, now, t0 } from '../backend-fixture.ts'

const capabilities = ['conditionalWrite', 'limit', 'list', 'retention', 'revocation', 'scan']

/** Clause 9: `supports` names the capabilities, and each claimed capability works. */
export const scanCases: readonly BackendCase[] = [
  {
    id: 'B9.1',
    title: 'supports says yes or no to each capability',
    async run({ backend }) {
      const { supports } = backend
      deepEqual(Object.keys(supports).sort(), capabilities)
      for (const isSupported of Object.values(supports)) equal(typeof isSupported, 'boolean')
    },
  },
  {
    id: 'B9.2',
    title: 'list answers each live row of the group once',
    needs: ['list'],
    async run({ backend }) {
      await listsExactly(backend, 'g', { ids: [] })
      const ids = Array.from({ length: 25 }, (_, index) => `g.${index}`)
      await given(
        backend,
        [...ids, 'h.a'].map((id) => [id] as const),
      )
      await listsExactly(backend, 'g', { ids })
    },
  },
  {
    id: 'B9.3',
    title: 'scan yields each live row once, of all groups',
    needs: ['scan'],
    async run({ backend }) {
      sameIds(await scanned(backend), [])
      const ids = Array.from({ length: 250 }, (_, index) => `g${index % 7}.${index}`)
      await given(
        backend,
        ids.map((id) => [id] as const),
      )
      sameIds(await scanned(backend), ids)
    },
  },
  {
    id: 'B9.4',
    title: 'scan goes on while rows are read, written, ended and added',
    needs: ['scan'],
    async run({ backend }) {
      const ids = Array.from({ length: 60 }, (_, index) => `g.${index}`)
      await given(
        backend,
        ids.map((id) => [id] as const),
      )
      const seen: string[] = []
      for await (const { id } of backend.scan(now)) {
        seen.push(id)
        ok(seen.length < 200, 'the scan meets the same rows again and again')
        await backend.find(id, now)
        await backend.replace(id, makeRow(), { ...now, expected: 'v1' })
        await backend.remove(id, ending(t0))
        await given(backend, [[`new.${seen.length}`]])
      }
      deepEqual(seen.filter((id) => id.startsWith('g.')).sort(), [...ids].sort())
      equal(new Set(seen).size, seen.length)
    },
  },
  {
    id: 'B9.5',
    title: 'a scan can be left early',
    needs: ['scan'],
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b'], ['g.c']])
      for await (const { id } of backend.scan(now)) {
        equal(id.length, 3)
        break
      }
      sameIds(await scanned(backend), ['g.a', 'g.b', 'g.c'])
    },
  },
  {
    id: 'B9.6',
    title: 'a row that was accepted stays until it expires, however many come after it',
    needs: ['retention'],
    async run({ backend }) {
      const ids = Array.from({ length: 1_500 }, (_, index) => `g${index}.a`)
      await fill(backend, ids)
      const missing: string[] = []
      for (const id of ids) if ((await backend.find(id, now)) === null) missing.push(id)
      deepEqual(missing, [])
    },
  },
]
