import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { trackData } from '../../src/data/tracked-data.ts'
import { testManager } from '../support.ts'

const encode = (data: object) => jsonCodec.encode(data)

describe('after a merge the live object keeps its own order of keys, and', () => {
  function merged() {
    const base = encode({ x: 0 })
    const tracked = trackData(jsonCodec, base)
    Object.assign(tracked.value(), { b: 2 })
    const sent = tracked.bytes()
    tracked.rebase(encode({ x: 0, a: 1, b: 2 }), sent)
    return tracked
  }

  test('nothing counts as changed', () => {
    const tracked = merged()
    expect(tracked.value()).toEqual({ x: 0, a: 1, b: 2 })
    expect(tracked.bytes()).toEqual(tracked.base())
  })

  test.each<[string, (data: Record<string, unknown>) => void]>([
    [
      'a new key',
      (data) => {
        data['c'] = 3
      },
    ],
    [
      'another value',
      (data) => {
        data['a'] = 2
      },
    ],
    ['a key that is gone', (data) => void delete data['b']],
  ])('%s counts as changed', (_, change) => {
    const tracked = merged()
    change(tracked.value())
    expect(tracked.bytes()).toEqual(encode(tracked.value()))
    expect(tracked.bytes()).not.toEqual(tracked.base())
  })

  test('a change that is taken back does not count', () => {
    const tracked = merged()
    tracked.value()['a'] = 2
    tracked.value()['a'] = 1
    expect(tracked.bytes()).toEqual(tracked.base())
  })
})

test('what the handler changes while its data is being written counts as changed', () => {
  const tracked = trackData(jsonCodec, encode({}))
  tracked.value()['a'] = 1
  const sent = tracked.bytes()
  tracked.value()['late'] = true
  tracked.rebase(encode({ theirs: 1, a: 1 }), sent)
  expect(tracked.value()).toEqual({ a: 1, late: true, theirs: 1 })
  expect(tracked.bytes()).not.toEqual(tracked.base())
})

describe('data', () => {
  test('set as something else than a plain object is refused', async () => {
    const { manager } = testManager()
    for (const wrong of [null, 1, 'x', [], new Map(), new Date()])
      await createVisitor(manager).request((session) => {
        expect(() => {
          session.data = wrong as never
        }).toThrow(/must be a plain object/)
      })
  })

  test('an object given as session.data is not shared with other requests', async () => {
    const { manager } = testManager()
    const empty = Object.freeze({})
    const ann = createVisitor(manager)
    await ann.request((session) => session.login('ann'))
    const slow = await ann.begin()
    slow.session.data = empty
    await ann.request((other) => {
      other.data['card'] = '4111'
    })
    await slow.finish()
    expect(empty).toEqual({})
    await ann.request((after) => expect(after.data).toEqual({ card: '4111' }))
  })
})
