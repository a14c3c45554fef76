import { describe, expect, test } from 'vitest'
import { createEnd } from '../../src/keyed/end.ts'
import { encoded, freshRecord, keyedContext, minute, t0 } from '../contexts.ts'
import { counted, mapBackend } from '../support.ts'

function setUp() {
  const map = mapBackend()
  const { backend, calls } = counted(map)
  const made = keyedContext({}, { ...backend, rows: map.rows })
  const { record } = freshRecord()
  const opened = { record, touchedAt: t0, data: encoded({ n: 1 }) }
  made.keep(opened)
  return { ...made, calls, opened, end: createEnd(made.context) }
}

describe('the end of a session', () => {
  test('leaves a tombstone with its reason, by one call', async () => {
    const { end, opened, backend, calls, clock } = setUp()
    clock.now += minute
    await end(opened, 'logout')
    expect(backend.rows.get(opened.record.id)).toEqual({ ended: 'logout', at: t0 + minute })
    expect(calls).toEqual(['remove'])
  })

  test('returns the session as it was last, not as it was opened', async () => {
    const { end, opened, keep } = setUp()
    keep({ ...opened, data: encoded({ n: 2 }) })
    const { last } = await end(opened, 'login')
    expect(last && Buffer.from(last.data).toString()).toBe('{"n":2}')
  })

  test('returns the session as it was opened where the last row cannot be read', async () => {
    const { end, opened, backend, emit } = setUp()
    const row = backend.rows.get(opened.record.id)
    if (row) backend.rows.set(opened.record.id, { ...row, value: new Uint8Array() })
    expect(await end(opened, 'logout')).toEqual({ last: opened })
    expect(emit).toHaveBeenCalledWith('corrupt', expect.anything())
  })

  test.each(['logout', 'revoked', 'login'] as const)(
    'that came second says how the first ended it: %s',
    async (before) => {
      const { end, opened, backend } = setUp()
      backend.rows.set(opened.record.id, { ended: before, at: t0 })
      expect(await end(opened, 'logout')).toEqual({ last: undefined, before })
    },
  )

  test('of a session that has expired has no reason before it', async () => {
    const { end, opened, clock, backend } = setUp()
    const remove = backend.remove
    backend.remove = async (...args) => {
      const row = await remove(...args)
      backend.rows.delete(opened.record.id) // as a database that keeps no tombstone of an expired row
      return row
    }
    clock.now += 31 * 24 * 60 * minute
    expect(await end(opened, 'logout')).toEqual({ last: undefined, before: undefined })
  })
})
