import type { SessionRecord } from '@sojourn/core/store'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromTuple, toTuple } from '../src/record-tuple.ts'

const id = 'group.handle'
const number = fc.integer()
const texts = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 })
const always = {
  id: fc.constant(id),
  createdAt: number,
  updatedAt: number,
  rotatedAt: number,
  absoluteExpiresAt: number,
  maxAge: number,
  authority: number,
  persistent: fc.boolean(),
  verifier: fc.constant({ current: '', generation: 1 }),
}
const sometimes = {
  authenticatedAt: number,
  userId: fc.string(),
  client: texts,
  leaving: fc.constant(true as const),
  stamp: fc.string(),
  epoch: fc.string(),
  factors: fc.array(fc.record({ method: fc.string(), at: number })),
  actor: fc.record({ userId: fc.string(), sessionId: fc.string(), authority: number }),
  fingerprint: texts,
  dataVersion: number,
}
const record: fc.Arbitrary<SessionRecord> = fc.record(
  { ...always, ...sometimes },
  { requiredKeys: ['id', ...Object.keys(always)] as (keyof typeof always)[] },
)

test('a record comes back from its JSON as it was, whichever of its fields it has', () => {
  fc.assert(
    fc.property(record, (given) => {
      const json = JSON.stringify(toTuple(given))
      expect(fromTuple(id, JSON.parse(json))).toEqual(given)
    }),
    { seed: 20_300_101 },
  )
})

test('a record without rare fields takes no space for them, and a rare one none for those after it', () => {
  const plain = fc.sample(fc.record(always), { seed: 1, numRuns: 1 })[0]
  if (!plain) throw new Error('There is no sample')
  expect(toTuple(plain)).toHaveLength(10)
  expect(toTuple({ ...plain, stamp: '' }).slice(10)).toEqual([null, ''])
  expect(toTuple({ ...plain, dataVersion: 0 }).slice(10)).toEqual([...Array(6).fill(null), 0])
})
