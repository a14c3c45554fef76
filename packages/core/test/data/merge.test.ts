import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import type { DataObject } from '../../src/data/decode.ts'
import { mergeBytes, mergeData } from '../../src/data/merge.ts'

const seed = 20_300_101
const merge = (base: DataObject, mine: DataObject, theirs: DataObject) =>
  mergeData({ base, mine, theirs }, jsonCodec)
const object = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 3 }))

describe('a merge', () => {
  test('keeps what each side added, changed and removed', () => {
    const base = { kept: 1, mine: 1, theirs: 1, goneByMe: 1, goneByThem: 1 }
    const mine = { kept: 1, mine: 2, theirs: 1, goneByThem: 1, addedByMe: 1 }
    const theirs = { kept: 1, mine: 1, theirs: 2, goneByMe: 1, addedByThem: 1 }
    expect(merge(base, mine, theirs)).toEqual({
      data: { kept: 1, mine: 2, theirs: 2, addedByMe: 1, addedByThem: 1 },
      conflicts: [],
    })
  })

  test('where both changed a key keeps mine, a removal too, and names the key', () => {
    expect(merge({ a: 1 }, { a: 2 }, { a: 3 })).toEqual({ data: { a: 2 }, conflicts: ['a'] })
    expect(merge({ a: 1 }, {}, { a: 3 })).toEqual({ data: {}, conflicts: ['a'] })
    expect(merge({ a: 1 }, { a: 2 }, {})).toEqual({ data: { a: 2 }, conflicts: ['a'] })
  })

  test('calls nothing a conflict on which both agree', () => {
    expect(merge({ a: 1 }, { a: 2 }, { a: 2 })).toEqual({ data: { a: 2 }, conflicts: [] })
    expect(merge({ a: 1 }, {}, {})).toEqual({ data: {}, conflicts: [] })
  })

  test('is theirs where I changed nothing, mine where they changed nothing, whatever the data', () => {
    fc.assert(
      fc.property(object, object, (base, other) => {
        expect(merge(base, base, other)).toEqual({ data: other, conflicts: [] })
        expect(merge(base, other, base)).toEqual({ data: other, conflicts: [] })
      }),
      { seed },
    )
  })

  test('takes every key from a side that changed it, whatever the data', () => {
    fc.assert(
      fc.property(object, object, object, (base, mine, theirs) => {
        const { data, conflicts } = merge(base, mine, theirs)
        for (const key of ['a', 'b', 'c', 'd']) {
          expect(data[key]).toBe(mine[key] === base[key] ? theirs[key] : mine[key])
          const all = new Set([base[key], mine[key], theirs[key]])
          expect(conflicts.includes(key)).toBe(all.size === 3)
        }
      }),
      { seed },
    )
  })

  test('of bytes decodes nothing where only one side moved', () => {
    const [one, two] = [jsonCodec.encode({ a: 1 }), jsonCodec.encode({ a: 2 })]
    const deaf = { ...jsonCodec, decode: () => expect.fail('decoded') }
    expect(mergeBytes({ base: one, mine: two, theirs: one }, deaf).bytes).toBe(two)
    expect(mergeBytes({ base: one, mine: one, theirs: two }, deaf).bytes).toBe(two)
  })
})
