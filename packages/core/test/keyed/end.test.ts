import { describe, expect, test } from 'vitest'
import { createEnd } from '../../src/keyed/end.ts'
import { day, encoded, freshRecord, keyedContext, minute, t0 } from '../contexts.ts'
import { rowOf } from '../support.ts'

function setUp() {
  const made = keyedContext()
  const { record } = freshRecord()
  const opened = { record, touchedAt: t0, data: encoded({ n: 1 }) }
  made.keep(opened)
  return { ...made, opened, ...createEnd(made.context) }
}

describe('the end of a session', () => {
  test('leaves a tombstone with its reason, by one call', async () => {
    const { end, opened, rows, calls, clock } = setUp()
    clock.now += minute
    await end(opened, 'logout')
    expect(rows.get(opened.record.id)).toEqual({ ended: 'logout', at: t0 + minute })
    expect(calls).toEqual(['remove'])
  })

  test('returns the session as it was last, not as it was opened', async () => {
    const { end, opened, keep } = setUp()
    keep({ ...opened, data: encoded({ n: 2 }) })
    const { last } = await end(opened, 'login')
    expect(last && Buffer.from(last.data).toString()).toBe('{"n":2}')
  })

  test('returns the session as it was opened where the last row cannot be read', async () => {
    const { end, opened, rows, emit } = setUp()
    const { id } = opened.record
    rows.set(id, { ...rowOf(rows, id), value: new Uint8Array() })
    expect(await end(opened, 'logout')).toEqual({ last: opened })
    expect(emit).toHaveBeenCalledWith('corrupt', expect.anything())
  })

  test.each(['logout', 'revoked', 'login'] as const)(
    'that came second says how the first ended it: %s',
    async (before) => {
      const { end, opened, rows } = setUp()
      rows.set(opened.record.id, { ended: before, at: t0 })
      expect(await end(opened, 'logout')).toEqual({ last: undefined, before })
    },
  )

  test('of a session that has expired finds the tombstone that it left itself', async () => {
    const { end, opened, clock, calls } = setUp()
    clock.now += 31 * day
    expect(await end(opened, 'logout')).toEqual({ last: undefined, before: 'logout' })
    expect(calls).toEqual(['remove', 'find'])
  })

  test('may name the session by its id alone, and says whether it was alive', async () => {
    const { endById, opened, rows, calls } = setUp()
    const { id } = opened.record
    expect(await endById(id, 'revoked')).toBe(true)
    expect(rows.get(id)).toEqual({ ended: 'revoked', at: t0 })
    expect(await endById(id, 'revoked')).toBe(false)
    expect(calls).toEqual(['remove', 'remove'])
  })
})
