import { randomBytes } from 'node:crypto'
import { createTestCarrier, createVisitor, type Visitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { createOpen } from '../../src/keyed/open.ts'
import { rotateRecord } from '../../src/record/record.ts'
import { hashSecret, mintSecret } from '../../src/record/token.ts'
import type { ReplayPolicy } from '../../src/store/store.ts'
import { day, encoded, freshRecord, keyedContext, minute, t0 } from '../contexts.ts'
import { signedIn, testBackend, testManager, visit } from '../support.ts'

/** The token in a visitor's cookie. */
const tokenOf = ({ cookie = '' }: Visitor) => cookie.slice('sid='.length)

describe('a token', () => {
  test.each(['', '.', '..', '...', 'a.b', 'ID', 'ID.', 'ID.SECRET', 'ID.SECRET.', '.SECRET.MAC'])(
    'A-04: %j is nobody, without a look at the store',
    async (form) => {
      const { manager, calls, visitor } = await signedIn()
      const [a, b, generation, secret = '', mac = ''] = tokenOf(visitor).split('.')
      const text = form
        .replace('ID', `${a}.${b}.${generation}`)
        .replace('SECRET', secret)
        .replace('MAC', mac)
      const session = await manager.load(createTestCarrier({ cookie: `sid=${text}` }))
      expect([session.isNew, calls]).toEqual([true, []])
    },
  )

  test('A-08: a genuine token of a session that the store has not gets another id, and an event', async () => {
    const { manager, rows, visitor, id } = await signedIn()
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    rows.delete(id)
    const { session } = await visit(visitor, (next) => {
      next.data['n'] = 2
    })
    expect(session.id).not.toBe(id)
    expect([...rows.keys()]).toEqual([session.id])
    expect(discarded).toHaveBeenCalledWith({ what: 'token', why: 'unknown', id })
  })

  test.each(['%', '%E0%A4%A', '%00', 'T,sid=T', 'T\nT', '\0', 'T\0', '\xff', '\ud800', 'T\udfff'])(
    'B-08 and B-10: the value %j is nobody, without a look at the store',
    async (form) => {
      const { manager, calls, visitor } = await signedIn()
      const cookie = `sid=${form.replaceAll('T', tokenOf(visitor))}`
      const session = await manager.load(createTestCarrier({ cookie }))
      expect([session.isNew, calls]).toEqual([true, []])
    },
  )

  test('of two tokens of one session the newest counts, so that an old copy does not hold up rotation', async () => {
    const { manager, clock } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    const old = visitor.cookie
    clock.now += 15 * 60_000
    await visitor.request()
    const cookie = `${old}; ${visitor.cookie}`
    clock.now += 60_000
    const carrier = createTestCarrier({ cookie })
    await manager.commit(await manager.load(carrier), carrier)
    clock.now += 60_000
    const alone = await manager.load(createTestCarrier({ cookie: old }))
    expect(alone.ended).toBe('stale')
  })
})

describe('an end of a row', () => {
  test('D-06: an end far in the future prolongs nothing, and times below zero are over', async () => {
    const { visitor, put, row, clock } = await signedIn()
    for (const fields of [{ touchedAt: -1 }, { expiresAt: -1 }]) {
      put(fields)
      expect((await visitor.begin()).session.isNew).toBe(true)
    }
    put({ expiresAt: 8e15 })
    expect((await visitor.begin()).session.userId).toBe('user-1')
    clock.now = row.touchedAt + 2 * day
    expect((await visitor.begin()).session.isNew).toBe(true)
    put({ expiresAt: 8e15, touchedAt: 8e15 })
    clock.now = row.touchedAt + 30 * day
    expect((await visitor.begin()).session.isNew).toBe(true)
  })
})

describe('a token that was rotated away', () => {
  /** A session of ada whose token was replaced by cause at `t0`, and another session of hers. */
  function setUp(onReplay: ReplayPolicy) {
    const made = keyedContext({ onReplay })
    const seed = () => ({ id: made.context.env.ids.mint('ada'), userId: 'ada' })
    const { record, secret } = freshRecord(seed())
    const { record: other } = freshRecord(seed())
    const next = mintSecret()
    const rotated = rotateRecord(record, hashSecret(next), { at: t0 })
    for (const kept of [rotated, other])
      made.keep({ record: kept, touchedAt: t0, data: encoded({}) })
    const { open } = createOpen(made.context)
    const tokenOf = (opener: string, generation: number) =>
      made.context.tokenOf(record, { secret: opener, generation })
    const rows = () => [record.id, other.id].map((id) => made.rows.get(id))
    const ids = [record.id, other.id]
    const [old, current] = [tokenOf(secret, 1), tokenOf(next, 3)]
    return { ...made, open, old, current, id: record.id, ids, rows }
  }

  test('is stale for five minutes, and ends nothing', async () => {
    const { open, old, current, id, clock, emit } = setUp('destroy')
    clock.now += 5 * minute - 1
    expect(await open([old])).toEqual({ outcome: 'ended', id, reason: 'stale' })
    expect(await open([current])).toMatchObject({ outcome: 'open' })
    expect(emit).not.toHaveBeenCalled()
  })

  test.each([
    ['ignore', 'stale', 0, [{ version: 'first' }, { version: 'first' }]],
    ['destroy', 'replayed', 1, [{ ended: 'replayed' }, { version: 'first' }]],
    ['revokeAll', 'replayed', 2, [{ ended: 'replayed' }, { ended: 'replayed' }]],
  ] as const)(
    'is a replay later, and onReplay %s says what that ends',
    async (rule, reason, count, left) => {
      const { open, old, id, ids, clock, emit, rows } = setUp(rule)
      clock.now += 5 * minute
      expect(await open([old])).toMatchObject({ outcome: 'ended', id, reason })
      expect(rows()).toMatchObject(left)
      expect(emit).toHaveBeenCalledWith('replayed', { id, userId: 'ada' })
      const ended = emit.mock.calls.filter(([type]) => type === 'ended')
      const ending = ids.slice(0, count).map((each) => ['ended', { id: each, reason: 'replayed' }])
      expect(ended).toEqual(ending)
    },
  )

  test('does no harm beside the current one', async () => {
    const { open, old, current, clock, emit } = setUp('destroy')
    clock.now += day / 2
    expect(await open([old, current])).toMatchObject({ outcome: 'open' })
    expect(emit).not.toHaveBeenCalled()
  })
})

test('peek finds a session whatever token opens it, and says how it ended', async () => {
  const { context, keep, rows } = keyedContext()
  const { peek } = createOpen(context)
  const { record } = freshRecord()
  const opened = { record, touchedAt: t0, data: encoded({}) }
  const { id } = record
  expect(await peek(opened)).toEqual({ outcome: 'discarded', why: 'unknown', id })
  keep({ ...opened, touchedAt: t0 + minute })
  expect(await peek(opened)).toMatchObject({ outcome: 'open', opened: { touchedAt: t0 + minute } })
  rows.set(id, { ended: 'revoked', at: t0 })
  expect(await peek(opened)).toEqual({ outcome: 'ended', id, reason: 'revoked' })
})

describe('a key roll', () => {
  const [old, current] = [randomBytes(32), randomBytes(32)]
  const over = testBackend()
  const clock = { now: t0 }
  const connect = (...secrets: Uint8Array[]) => {
    const options = { secretKey: secrets, indexKey: old, clock: () => clock.now }
    return testManager(options, over).manager
  }

  test('signs nobody out, and gives everybody a token of the first key within a touch or two', async () => {
    const visitor = createVisitor(connect(old))
    await visitor.request((session) => session.login('user-1'))
    const both = visitor.at(connect(current, old))
    const before = visitor.cookie
    clock.now += minute
    await both.request()
    expect(visitor.cookie).not.toBe(before)
    clock.now += minute
    await both.request((session) => expect(session.userId).toBe('user-1'))
    const rolled = connect(current)
    await visitor.at(rolled).request((session) => expect(session.userId).toBe('user-1'))
    expect(await rolled.sessions('user-1')).toHaveLength(1)
  })

  test('that drops the old key makes its tokens forged', async () => {
    const visitor = createVisitor(connect(old))
    await visitor.request((session) => session.login('user-2'))
    await visitor.at(connect(current)).request((session) => expect(session.isNew).toBe(true))
  })
})

/** A cookie header with one thing wrong, chosen by a number. */
function spoil(cookie: string, n: number): string {
  const at = 4 + (n % (cookie.length - 4))
  const random = randomBytes(1 + (n % 120))
  switch (n % 8) {
    case 0:
      return cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1)
    case 1:
      return cookie.slice(0, at)
    case 2:
      return `sid=${random.toString('base64url')}`
    case 3:
      return `sid=${random.toString('latin1')}`
    case 4:
      return `${cookie}${random.toString('base64url')}`
    case 5:
      return cookie.slice(0, at) + random.toString('latin1') + cookie.slice(at)
    case 6:
      return `sid=${[16, 22, 4, 32, 32].map((length) => randomBytes(length).toString('base64url').slice(0, length)).join('.')}`
    default:
      return cookie.slice(0, at) + cookie.slice(at + 1)
  }
}

describe('rubbish', () => {
  const secretKey = randomBytes(32)
  const over = testBackend()
  const { manager, calls } = testManager({ secretKey }, over)

  test('in 100,000 mutated and random cookies costs no store call and throws nothing', async () => {
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    const cookie = visitor.cookie ?? ''
    calls.length = 0
    let signedIn = 0
    for (let n = 0; n < 100_000; n++) {
      const carrier = createTestCarrier({ cookie: spoil(cookie, n) })
      const session = await manager.load(carrier)
      if (session.userId !== undefined || !session.isNew) signedIn++
      await manager.commit(session, carrier)
      if (carrier.setCookies.length > 0) signedIn++
    }
    expect(signedIn).toBe(0)
    expect(calls).toEqual([])
  })

  test('beside the genuine cookie leaves it good; two genuine ones of different sessions are none', async () => {
    const [ann, bob] = [createVisitor(manager), createVisitor(manager)]
    await ann.request((session) => session.login('ann'))
    await bob.request((session) => session.login('bob'))
    const load = (cookie: string) => manager.load(createTestCarrier({ cookie }))
    const [annCookie, bobCookie] = [ann.cookie ?? '', bob.cookie ?? '']
    expect((await load(`sid=rubbish; ${annCookie}`)).userId).toBe('ann')
    expect((await load(`${annCookie}; sid=rubbish`)).userId).toBe('ann')
    expect((await load(`${annCookie}; ${annCookie}`)).userId).toBe('ann')
    expect((await load(`${annCookie}; ${bobCookie}`)).userId).toBeUndefined()
    expect((await load(`${bobCookie}; ${annCookie}`)).isNew).toBe(true)
  })

  test('of the right shape and signature for another cookie name is forged here', async () => {
    const visitor = createVisitor(testManager({ secretKey, cookieName: 'other' }, over).manager)
    await visitor.request((session) => session.login('user-1'))
    calls.length = 0
    const cookie = (visitor.cookie ?? '').replace('other=', 'sid=')
    expect((await manager.load(createTestCarrier({ cookie }))).isNew).toBe(true)
    expect(calls).toEqual([])
  })
})
