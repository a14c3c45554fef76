import { describe, expect, test } from 'vitest'
import { createUsers } from '../../src/keyed/users.ts'
import { encoded, freshRecord, keyedContext, minute, t0 } from '../contexts.ts'
import { rowOf } from '../support.ts'

function setUp() {
  const made = keyedContext()
  const users = createUsers(made.context)
  /** Keeps a session of `userId` in the group of ada. */
  const add = (touchedAt: number, userId = 'ada') => {
    const { record } = freshRecord({ id: made.context.env.ids.mint('ada'), userId })
    made.keep({ record, touchedAt, data: encoded({}) })
    return record
  }
  return { ...made, policy: made.context.env.policy, users, add }
}

describe('the sessions of a user', () => {
  test('are listed as what may be shown of them, last used first', async () => {
    const { users, add, clock } = setUp()
    const [first, last, middle] = [add(t0), add(t0 + 2 * minute), add(t0 + minute)]
    clock.now = t0 + 2 * minute
    const listed = await users.list('ada')
    expect(listed.map(({ id }) => id)).toEqual([last.id, middle.id, first.id])
    expect(listed[0]).toMatchObject({ userId: 'ada', lastSeenAt: t0 + 2 * minute })
    expect(JSON.stringify(listed)).not.toContain(last.verifier.current)
  })

  test('show no time of the future, and no end later than any other session may have', async () => {
    const { users, add, clock, policy } = setUp()
    const { maxAge } = add(t0)
    clock.now = t0 - 60 * minute
    const latest = clock.now + maxAge + policy.touchInterval
    expect(await users.list('ada')).toMatchObject([
      {
        lastSeenAt: clock.now,
        expiresAt: latest,
        authenticatedAt: undefined,
        createdAt: clock.now,
      },
    ])
  })

  test('do not hold those of another user whose group is the same', async () => {
    const { users, add } = setUp()
    const [mine] = [add(t0), add(t0, 'bob')]
    expect((await users.list('ada')).map(({ id }) => id)).toEqual([mine.id])
  })

  test('do not hold one whose limits are over though its row is still there', async () => {
    const { users, add, rows, clock } = setUp()
    const { id, maxAge } = add(t0)
    rows.set(id, { ...rowOf(rows, id), expiresAt: Number.MAX_SAFE_INTEGER })
    clock.now = t0 + maxAge + minute - 1
    expect(await users.list('ada')).toHaveLength(1)
    clock.now += 1
    expect(await users.list('ada')).toEqual([])
  })

  test('do not hold one that cannot be read, which is an event', async () => {
    const { users, add, rows, emit } = setUp()
    const { id } = add(t0)
    const { id: good } = add(t0)
    rows.set(id, { ...rowOf(rows, id), value: new Uint8Array() })
    expect((await users.list('ada')).map((info) => info.id)).toEqual([good])
    expect(emit).toHaveBeenCalledWith('corrupt', expect.objectContaining({ id }))
  })

  test('are all ended but one, with the reason that was given', async () => {
    const { users, add, rows } = setUp()
    const [first, second, kept] = [add(t0), add(t0), add(t0)]
    const ended = await users.endAll('ada', { except: kept.id, reason: 'revoked' })
    expect([...ended].sort()).toEqual([first.id, second.id].sort())
    for (const { id } of [first, second]) expect(rows.get(id)).toEqual({ ended: 'revoked', at: t0 })
    expect((await users.list('ada')).map(({ id }) => id)).toEqual([kept.id])
    expect(await users.endAll('bob', { reason: 'revoked' })).toEqual([])
  })
})
