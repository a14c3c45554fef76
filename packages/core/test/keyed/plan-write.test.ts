import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { planWrite } from '../../src/keyed/plan-write.ts'
import type { ConfigOptions } from '../../src/options/options.ts'
import { deriveSecret, isHashOf } from '../../src/record/token.ts'
import type { OpenedSession } from '../../src/store/opened-session.ts'
import type { Changes, StorePolicy } from '../../src/store/store.ts'
import { encoded, freshRecord, hour, minute, policy, t0 } from '../contexts.ts'
import { testManager } from '../support.ts'

test('merge decides a key that two requests changed', async () => {
  const merge: ConfigOptions['merge'] = (_key, { base, mine, theirs }) =>
    Number(mine) + Number(theirs) - Number(base)
  const { manager } = testManager({ merge })
  const visitor = createVisitor(manager)
  await visitor.request((session) => {
    session.data['n'] = 10
  })
  const requests = [await visitor.begin(), await visitor.begin()]
  for (const [index, { session }] of requests.entries()) session.data['n'] = 11 + index
  for (const { finish } of requests) await finish()
  await visitor.request((session) => expect(session.data['n']).toBe(13))
})

const { record, secret } = freshRecord({ userId: 'ada' })
const base = encoded({ n: 1 })
const current: OpenedSession = { record, touchedAt: t0, data: base }

/** Plans `changes` of a request that presented `presented`, `after` ms. */
async function plan(
  changes: Changes,
  {
    after = 0,
    over = current,
    presented = { secret, generation: 1, isSignedByFirst: true },
    rules = {},
  }: {
    after?: number
    over?: OpenedSession
    presented?: Parameters<typeof planWrite>[1]['presented']
    rules?: Partial<StorePolicy>
  } = {},
) {
  const given = {
    at: t0 + after,
    codec: jsonCodec,
    emit: () => undefined,
    policy: { ...policy, ...rules },
  }
  return planWrite(over, { changes, presented }, given)
}

/** A session with an offer that was made after 15 minutes, and the offered token. */
async function offer() {
  const { next: over, token = { secret: '', generation: 0 } } = await plan(
    {},
    { after: 15 * minute },
  )
  return { over, presented: { ...token, isSignedByFirst: true } }
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

describe('without changes', () => {
  test('nothing is written before a touch is due', async () => {
    const { operation, next, rotated } = await plan({}, { after: minute - 1 })
    expect([operation, rotated]).toEqual(['none', undefined])
    expect(next).toEqual(current)
  })

  test('a touch moves the time, and nothing else', async () => {
    const { operation, next, token, rotated } = await plan({}, { after: minute })
    expect([operation, token, rotated]).toEqual(['touch', undefined, undefined])
    expect(next).toEqual({ ...current, touchedAt: t0 + minute })
  })

  test('a token of age is offered a successor, which is no rotation yet', async () => {
    const { operation, next, token, rotated } = await plan({}, { after: 15 * minute })
    const { salt = '', next: hash = '' } = next.record.verifier
    expect([operation, rotated]).toEqual(['replace', undefined])
    expect(token).toEqual({ secret: deriveSecret(secret, salt), generation: 2 })
    expect(isHashOf(token?.secret ?? '', hash)).toBe(true)
    expect(next.record.verifier.offeredAt).toBe(t0 + 15 * minute)
    expect(next.record.authority).toBe(record.authority)
  })

  test('the token that was offered, presented, is a rotation by age', async () => {
    const { over, presented } = await offer()
    const confirmed = await plan({}, { after: 16 * minute, over, presented })
    expect([confirmed.operation, confirmed.rotated, confirmed.token]).toEqual([
      'replace',
      'age',
      undefined,
    ])
    const { verifier } = confirmed.next.record
    expect(isHashOf(presented.secret, verifier.current)).toBe(true)
    expect(verifier).toMatchObject({
      generation: 2,
      retired: [{ generation: 1, at: t0 + 16 * minute }],
    })
  })

  test('an offered token is confirmed without a touch once the offer is overdue', async () => {
    const { over, presented } = await offer()
    const touched = { ...over, touchedAt: t0 + 15 * minute + 59_000 }
    const { operation, rotated } = await plan({}, { after: 16 * minute, over: touched, presented })
    expect([operation, rotated]).toEqual(['replace', 'age'])
  })

  test('a token that was offered is confirmed only when a touch is due', async () => {
    const { over, presented } = await offer()
    const early = await plan({}, { after: 16 * minute - 1, over, presented })
    expect([early.operation, early.next]).toEqual(['none', over])
  })

  test('a session that no token was presented for, as one of a watch, is only touched', async () => {
    const given = { at: t0 + hour, codec: jsonCodec, emit: () => undefined, policy }
    const { operation } = await planWrite(current, { changes: {}, presented: undefined }, given)
    expect(operation).toBe('touch')
  })
})

describe('changes', () => {
  const mine = encoded({ n: 2 })

  test('replace the row, touch it only when that is due, and date the record', async () => {
    const early = await plan({ data: { base, mine } }, { after: minute - 1 })
    expect([early.operation, early.next.touchedAt]).toEqual(['replace', t0])
    expect(early.next.record.updatedAt).toBe(t0 + minute - 1)
    expect(text(early.next.data)).toBe('{"n":2}')
    const due = await plan({ data: { base, mine } }, { after: minute })
    expect([due.operation, due.next.touchedAt]).toEqual(['replace', t0 + minute])
  })

  test('that change nothing write nothing', async () => {
    expect((await plan({ data: { base, mine: base } })).operation).toBe('none')
    expect((await plan({ update: () => undefined })).operation).toBe('none')
  })

  test('are merged with what others wrote, and name the keys that both changed', async () => {
    const over = { ...current, data: encoded({ n: 3, theirs: true }) }
    const merged = await plan({ data: { base, mine } }, { over })
    expect(jsonCodec.decode(merged.next.data)).toEqual({ n: 2, theirs: true })
    expect(merged.conflicts).toEqual(['n'])
    const { next } = await plan(
      { data: { base, mine } },
      { over, rules: { merge: (_key, sides) => Number(sides.mine) + Number(sides.theirs) } },
    )
    expect(jsonCodec.decode(next.data)).toEqual({ n: 5, theirs: true })
  })

  test('of an update are made on a copy of the merged data', async () => {
    const over = { ...current, data: encoded({ n: 1, theirs: 1 }) }
    const update = (data: object) => void Object.assign(data, { seen: { ...data } })
    const { next } = await plan({ data: { base, mine }, update }, { over })
    expect(jsonCodec.decode(next.data)).toEqual({ n: 2, theirs: 1, seen: { n: 2, theirs: 1 } })
    expect(jsonCodec.decode(over.data)).toEqual({ n: 1, theirs: 1 })
  })

  test('above the bound are refused; what was kept before may be larger than it', async () => {
    const rules = { maxDataBytes: 3 }
    const planning = plan({ data: { base, mine } }, { rules })
    await expect(planning).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE' })
    expect((await plan({}, { rules, after: minute })).operation).toBe('touch')
  })
})

describe('a rotation by cause', () => {
  test('has a fresh secret and one more authority, whenever it comes', async () => {
    const { operation, next, token, rotated } = await plan({ rotate: {} })
    expect([operation, rotated]).toEqual(['replace', 'cause'])
    expect(next.record.authority).toBe(record.authority + 1)
    expect(next.record.verifier).toEqual({
      current: expect.any(String) as string,
      generation: 3,
      retired: [{ generation: 2, at: t0 }],
    })
    expect(token?.generation).toBe(3)
    expect(isHashOf(token?.secret ?? '', next.record.verifier.current)).toBe(true)
    expect(next.record.authenticatedAt).toBe(t0)
  })

  test('with an elevation proves the user anew and restarts the limits', async () => {
    const elevation = { maxAge: hour, absoluteTimeout: 2 * hour, persistent: false }
    const { next } = await plan({ rotate: { elevation } }, { after: minute })
    expect(next.record).toMatchObject({
      authenticatedAt: t0 + minute,
      maxAge: hour,
      absoluteExpiresAt: t0 + minute + 2 * hour,
      persistent: false,
    })
  })
})

test('a session that leaves is marked, and nothing else of it changes', async () => {
  const { operation, next, token, rotated } = await plan({ leave: true }, { after: hour })
  expect([operation, token, rotated]).toEqual(['replace', undefined, undefined])
  expect(next).toEqual({ ...current, record: { ...record, leaving: true } })
})
