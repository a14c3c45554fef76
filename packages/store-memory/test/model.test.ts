import { referenceBackend } from '@sojourn/conformance/backend'
import type { SessionBackend } from '@sojourn/core'
import { memoryBackend } from '@sojourn/store-memory'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createGroups } from '../src/groups.ts'
import { createShelf } from '../src/shelf.ts'
import { callAt, makeRow, t0 } from './support.ts'

type Act = (backend: SessionBackend, at: number) => Promise<unknown>

const ids = fc.constantFrom('g.a', 'g.b', 'g.c', 'g.d', 'h.a', 'h.b', '.x')
const groups = fc.constantFrom('g', 'h', '')
const versions = fc.constantFrom('v1', 'v2', 'v3')
const lives = fc.constantFrom(-1, 0, 5, 40, 200)
const limits = fc.record({
  max: fc.integer({ min: 1, max: 3 }),
  onExceed: fc.constantFrom('evict' as const, 'refuse' as const),
})

/** No two rows share their end, so that who is evicted does not depend on the order of equals. */
const rows = (at: number, version: string, life: number, serial: number) =>
  makeRow({ version, touchedAt: at, expiresAt: at + life + serial / 1_000_000 })

const acts: fc.Arbitrary<Act> = fc.oneof(
  ids.map(
    (id): Act =>
      (backend, at) =>
        backend.find(id, callAt(at)),
  ),
  fc.tuple(ids, versions, lives, fc.option(limits, { nil: undefined }), fc.nat(999_999)).map(
    ([id, version, life, limit, serial]): Act =>
      (backend, at) =>
        backend.insert(
          id,
          rows(at, version, life, serial),
          limit ? { ...callAt(at), limit } : callAt(at),
        ),
  ),
  fc.tuple(ids, versions, versions, lives, fc.nat(999_999)).map(
    ([id, version, expected, life, serial]): Act =>
      (backend, at) =>
        backend.replace(id, rows(at, version, life, serial), { ...callAt(at), expected }),
  ),
  fc.tuple(ids, versions, lives, fc.nat(20)).map(
    ([id, version, life, ago]): Act =>
      (backend, at) =>
        backend.touch(
          id,
          { touchedAt: at, expiresAt: at + life },
          { ...callAt(at), expected: { version, touchedAt: at - ago } },
        ),
  ),
  ids.map(
    (id): Act =>
      (backend, at) =>
        backend.remove(id, { ...callAt(at), reason: 'logout' }),
  ),
  fc.tuple(groups, ids).map(
    ([group, except]): Act =>
      (backend, at) =>
        backend.removeGroup(group, { ...callAt(at), reason: 'revoked', except }),
  ),
)

test('memory answers what the reference answers, whatever is done in whatever order', async () => {
  const steps = fc.array(fc.tuple(acts, fc.constantFrom(0, 0, 1, 10, 30_000)), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(steps, async (done) => {
      const [memory, reference] = [memoryBackend(), referenceBackend()]
      let at = t0
      for (const [act, passed] of done) {
        at += passed
        expect(await act(memory, at)).toEqual(await act(reference, at))
        for (const group of ['g', 'h', ''])
          expect(await listed(memory, group, at)).toEqual(await listed(reference, group, at))
      }
      await memory.close()
    }),
    { numRuns: 300, seed: 20_300_101 },
  )
})

test('the index of groups has exactly the ids that have a row, also where max displaces', () => {
  const changes = fc.array(
    fc.tuple(fc.constantFrom('put', 'end', 'use'), fc.nat(30), fc.nat(4), lives),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(changes, (done) => {
      const index = createGroups()
      const shelf = createShelf({ max: 12, onDisplaced: () => undefined }, index)
      for (const [change, handle, group, life] of done) {
        const id = `g${group}.${handle}`
        const row = shelf.row(id, t0)
        if (change === 'put') shelf.put(id, makeRow({ expiresAt: t0 + life }), t0)
        else if (change === 'end') shelf.end(id, { ended: 'logout', at: t0 })
        else if (row) shelf.use(id, row)
        const indexed = ['g0', 'g1', 'g2', 'g3', 'g4'].flatMap(index.of)
        expect([...indexed].sort()).toEqual([...shelf.ids()].sort())
        expect(shelf.ids().length).toBeLessThanOrEqual(12)
      }
      shelf.close()
      expect(index.size).toBe(0)
    }),
    { numRuns: 200, seed: 20_300_101 },
  )
})

async function listed(backend: SessionBackend, group: string, at: number) {
  const rows = await backend.list(group, callAt(at))
  return [...rows].sort((a, b) => a.id.localeCompare(b.id))
}
