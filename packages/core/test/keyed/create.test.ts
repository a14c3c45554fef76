import { describe, expect, test } from 'vitest'
import { createCreate } from '../../src/keyed/create.ts'
import { groupOf } from '../../src/record/record.ts'
import { isHashOf } from '../../src/record/token.ts'
import type { SessionBackend } from '../../src/store/backend.ts'
import type { Draft, StorePolicy } from '../../src/store/store.ts'
import { day, encoded, keyedContext, mintId, minute, t0 } from '../contexts.ts'
import { testBackend } from '../support.ts'

const draft: Draft = {
  data: encoded({ n: 1 }),
  maxAge: day,
  absoluteTimeout: 30 * day,
  persistent: true,
}

/** A `create` whose inserts go to `insert`, and what it is called with. */
function setUp(insert?: SessionBackend['insert'], policy: Partial<StorePolicy> = {}) {
  const over = testBackend()
  const inserts: Parameters<SessionBackend['insert']>[] = []
  const recorded: SessionBackend['insert'] = (...args) => {
    inserts.push(args)
    return (insert ?? over.backend.insert)(...args)
  }
  const made = keyedContext(policy, { ...over, backend: { ...over.backend, insert: recorded } })
  return { ...made, inserts, create: createCreate(made.context) }
}

describe('a new session', () => {
  test('is kept under its id, and opens by the secret of its token alone', async () => {
    const { create, context, rows } = setUp()
    const creation = await create(draft, {})
    if (!creation.created) return expect.fail(creation.why)
    const { record, touchedAt } = creation.opened
    const genuine = context.verifier.verify(creation.token)
    if (typeof genuine === 'string') return expect.fail(genuine)
    expect(genuine.id).toBe(record.id)
    expect(isHashOf(genuine.secret, record.verifier.current)).toBe(true)
    expect([record.createdAt, touchedAt, record.absoluteExpiresAt]).toEqual([t0, t0, t0 + 30 * day])
    expect([...rows.keys()]).toEqual([record.id])
    expect(rows.get(record.id)).toMatchObject({ priorVersions: [], touchedAt: t0 })
  })

  test('of a user has an id in the group of that user; an anonymous one is alone in its group', async () => {
    const { create, context, inserts } = setUp()
    const group = context.env.ids.groupOf('ada')
    const [ada, again] = [
      await create({ ...draft, userId: 'ada' }, {}),
      await create({ ...draft, userId: 'ada' }, {}),
    ]
    const [anonymous, other] = [await create(draft, {}), await create(draft, {})]
    const groups = [ada, again, anonymous, other].map((creation) =>
      creation.created ? groupOf(creation.opened.record.id) : '',
    )
    expect(groups.slice(0, 2)).toEqual([group, group])
    expect(new Set(groups).size).toBe(3)
    expect(inserts.map(([, , call]) => call.isSolitary)).toEqual([false, false, true, true])
  })

  test('has the id that the handler was shown', async () => {
    const { create, rows } = setUp()
    const id = mintId()
    await create({ ...draft, id }, {})
    expect([...rows.keys()]).toEqual([id])
  })

  test('takes the limit along, and says whom it evicted or that it was refused', async () => {
    const limit = { max: 2, onExceed: 'evict' } as const
    const evicted = ['another.session']
    const evicting = setUp(async () => ({ inserted: true, evicted }))
    expect(await evicting.create(draft, { limit })).toMatchObject({ created: true, evicted })
    expect(evicting.inserts[0]?.[2]).toMatchObject({ limit })
    const refusing = setUp(async () => ({ inserted: false, why: 'limit' }))
    expect(await refusing.create(draft, { limit })).toEqual({ created: false, why: 'limit' })
  })

  test('whose id is taken was ended before it was kept, and gets no other id (P1)', async () => {
    const { create, rows, inserts } = setUp()
    const id = mintId()
    rows.set(id, { ended: 'revoked', at: t0 })
    expect(await create({ ...draft, id }, {})).toEqual({ created: false, why: 'ended' })
    expect(inserts).toHaveLength(1)
    expect(rows.get(id)).toEqual({ ended: 'revoked', at: t0 })
  })

  test('whose insert failed is removed, for nobody has its token', async () => {
    const { create, rows, inserts } = setUp(() => Promise.reject(new Error('down')))
    await expect(create(draft, {})).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    await new Promise(setImmediate)
    const [id = ''] = inserts.map(([id]) => id)
    expect(rows.get(id)).toEqual({ ended: 'logout', at: t0 })
  })

  test('whose data is too large is refused before any call', async () => {
    const { create, inserts } = setUp(undefined, { maxDataBytes: 6, touchInterval: minute })
    await expect(create(draft, {})).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE' })
    expect(inserts).toEqual([])
  })
})
