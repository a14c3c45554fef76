import { fuzzBackend } from '@sojourn/conformance/fuzz'
import { memoryBackend } from '@sojourn/store-memory'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Groups } from '../src/groups.ts'
import { createRowTable } from '../src/row-table.ts'
import { storedRow, t0 } from './support.ts'

const lives = fc.constantFrom(-1, 0, 5, 40, 200)

const operations = Number(process.env['OPERATIONS'] ?? 10_000)
const seed = Number(process.env['SEED'] ?? 20_300_101)

test('memory answers what the reference answers, whatever is done in whatever order', async () => {
  const report = await fuzzBackend(fc, { open: () => memoryBackend(), operations, seed })
  console.info(JSON.stringify(report))
  expect(report.operations).toBeGreaterThanOrEqual(operations)
})

test('the index of groups has exactly the ids that have a row, also where max displaces', () => {
  const changes = fc.array(
    fc.tuple(fc.constantFrom('put', 'end', 'use'), fc.nat(30), fc.nat(4), lives),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(changes, (done) => {
      const index = new Groups()
      const table = createRowTable({ max: 12, onDisplaced: () => undefined }, index)
      for (const [change, handle, group, life] of done) {
        const id = `g${group}.${handle}`
        const row = table.row(id, t0)
        if (change === 'put') table.set(id, storedRow({ expiresAt: t0 + life }), t0)
        else if (change === 'end') table.end(id, { ended: 'logout', at: t0 })
        else if (row) table.markUsed(id)
        const indexed = ['g0', 'g1', 'g2', 'g3', 'g4'].flatMap((group) => index.of(group))
        expect([...indexed].sort()).toEqual([...table.ids()].sort())
        expect([...table.ids()].length).toBeLessThanOrEqual(12)
      }
      table.close()
      expect(index.size).toBe(0)
    }),
    { numRuns: 200, seed: 20_300_101 },
  )
})
