import { SessionUsageError } from '@sojourn/core'
import slotOf from 'cluster-key-slot'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkPrefix, createLayout, handleOf } from '../src/layout.ts'

const layout = createLayout('sess:')
const groupOf = (id: string) => id.split('.', 1).join('')

const seed = 20_300_101

/** Any string, half surrogate pairs too, and often what means something to Redis. */
const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('{', '}', '%', '.', ':', '*', '\ud800', '\udc00', 'a', '\r\n'),
  }),
)

test('a session lies where the documentation says', () => {
  expect(layout.keyOf('group.handle')).toBe('sess:{group}:handle')
  expect(layout.indexOf('group')).toBe('sess:{group}')
})

test('every id has a key of its own, by which it is known again', () => {
  fc.assert(
    fc.property(word, word, (one, other) => {
      expect(layout.idAt(layout.keyOf(one))).toBe(one)
      expect(layout.idIn(groupOf(one), handleOf(one))).toBe(one)
      if (one !== other) expect(layout.keyOf(one)).not.toBe(layout.keyOf(other))
      const bytes = Buffer.from(layout.keyOf(one)).toString()
      expect(bytes).toBe(layout.keyOf(one))
    }),
    { numRuns: 5_000, seed },
  )
})

test('no index lies where a session may lie', () => {
  fc.assert(
    fc.property(word, word, (id, group) => {
      expect(layout.keyOf(id)).not.toBe(layout.indexOf(groupOf(group)))
    }),
    { seed },
  )
})

test('all keys of a group lie in the slot of its index, whatever it is called', () => {
  fc.assert(
    fc.property(word, word, (group, handle) => {
      const index = layout.indexOf(groupOf(group))
      for (const id of [groupOf(group), `${groupOf(group)}.${handle}`])
        expect(slotOf(layout.keyOf(id))).toBe(slotOf(index))
    }),
    { seed },
  )
})

test('groups spread over the slots', () => {
  const slots = new Set(Array.from({ length: 1_000 }, (_, n) => slotOf(layout.keyOf(`g${n}.a`))))
  expect(slots.size).toBeGreaterThan(900)
})

test.each(['{', '}', '{app}:', 'a{}b:'])('the prefix %s is refused, with what to do', (prefix) => {
  expect(() => checkPrefix(prefix, 'prefix')).toThrow(SessionUsageError)
  expect(() => checkPrefix(prefix, 'prefix')).toThrow("Take another, such as 'sojourn:'")
})

test('a prefix that reads as a pattern is searched as it is written', () => {
  expect(createLayout('a*[b]?^-\\:').pattern('k*:')).toBe('k\\*:a\\*\\[b\\]\\?\\^\\-\\\\:{*}:*')
})
