import { describe, expect, test } from 'vitest'
import { correctTimes, hasFutureTimes } from '../../src/record/future-times.ts'
import { rotateRecord, type SessionRecord } from '../../src/record/record.ts'
import { day, freshRecord, hour, minute, t0 } from '../contexts.ts'

const login = freshRecord({ userId: 'ada' }).record
const deviceBinding = {
  id: 'device',
  key: '{}',
  algorithm: 'ES256',
  boundAt: t0,
  provedAt: t0,
  challengedAt: t0,
} as const
const session = (record: Partial<SessionRecord> = {}, touchedAt = t0) => ({
  record: { ...login, ...record },
  touchedAt,
})

describe('times of the future', () => {
  const { verifier } = login
  test.each([
    ['touched', session({}, t0 + minute), session({}, t0 + minute + 1)],
    [
      'authenticated',
      session({ authenticatedAt: t0 + minute }),
      session({ authenticatedAt: t0 + hour }),
    ],
    ['rotated', session({ rotatedAt: t0 + minute }), session({ rotatedAt: t0 + hour })],
    [
      'offered',
      session({ verifier: { ...verifier, offeredAt: t0 + minute } }),
      session({ verifier: { ...verifier, offeredAt: t0 + hour } }),
    ],
    [
      'retired',
      session({ verifier: { ...verifier, retired: [{ generation: 1, at: t0 + minute }] } }),
      session({ verifier: { ...verifier, retired: [{ generation: 1, at: t0 + hour }] } }),
    ],
    [
      'proved',
      session({ factors: [{ method: 'totp', at: t0 + minute }] }),
      session({ factors: [{ method: 'totp', at: t0 + minute + 1 }] }),
    ],
    [
      'challenged',
      session({ deviceBinding: { ...deviceBinding, challengedAt: t0 + minute } }),
      session({ deviceBinding: { ...deviceBinding, challengedAt: t0 + hour } }),
    ],
    [
      'proved by the device',
      session({ deviceBinding: { ...deviceBinding, provedAt: t0 + minute } }),
      session({ deviceBinding: { ...deviceBinding, provedAt: t0 + hour } }),
    ],
  ])('are those more than a minute ahead: %s', (_what, allowed, future) => {
    expect([hasFutureTimes(allowed, t0), hasFutureTimes(future, t0)]).toEqual([false, true])
    expect(hasFutureTimes(correctTimes(future, t0), t0)).toBe(false)
  })

  test('of data that changed limit nothing, and are not among them', () => {
    expect(hasFutureTimes(session({ updatedAt: t0 + day }), t0)).toBe(false)
  })
})

describe('a correction', () => {
  test('of the last use leaves login and absolute limit as they are', () => {
    const { record, touchedAt } = correctTimes(session({}, t0 + 2 * hour), t0 + hour)
    expect(touchedAt).toBe(t0 + hour)
    expect(record).toMatchObject({
      authenticatedAt: t0,
      createdAt: t0,
      absoluteExpiresAt: login.absoluteExpiresAt,
    })
  })

  test('of a login moves the absolute limit by as much as the clock was ahead at the last use', () => {
    const ahead = 10 * hour
    const used = 3 * hour
    const after = correctTimes(session({}, t0 + used), t0 + used - ahead)
    expect(after.record.absoluteExpiresAt).toBe(t0 - ahead + 30 * day)
    expect(after.record.authenticatedAt).toBeUndefined()
    expect(after.record.createdAt).toBe(t0 - ahead)
  })

  test('of an old session that logged in again under a wrong clock keeps the span of its limit', () => {
    const elevation = { maxAge: hour, absoluteTimeout: 8 * hour, persistent: true }
    const again = rotateRecord(login, 'hash', { at: t0 + 5 * day, elevation })
    const { record } = correctTimes({ record: again, touchedAt: t0 + 5 * day }, t0 + 4 * day)
    expect(record.absoluteExpiresAt).toBe(t0 + 4 * day + 8 * hour)
    expect(record.absoluteExpiresAt - record.createdAt).toBe(8 * hour)
    expect(record.authenticatedAt).toBeUndefined()
  })

  test('of a factor forgets that it was proved, and nothing else', () => {
    const [password, passkey] = [
      { method: 'password', at: t0 },
      { method: 'passkey', at: t0 + hour },
    ] as const
    const both = correctTimes(session({ factors: [password, passkey] }), t0)
    expect(both.record).toEqual({ ...login, factors: [password] })
    expect(correctTimes(session({ factors: [passkey] }), t0).record).toEqual(login)
  })

  test('of a rotation moves its grace along, and retires no token in the future', () => {
    const verifier = {
      current: 'b',
      generation: 2,
      previous: 'a',
      graceUntil: t0 + hour + 30_000,
      retired: [
        { generation: 1, at: t0 + 30_000 },
        { generation: 2, at: t0 + hour },
      ],
    }
    const { record } = correctTimes(session({ rotatedAt: t0 + hour, verifier }), t0)
    expect(record.rotatedAt).toBe(t0)
    expect(record.verifier).toEqual({
      ...verifier,
      graceUntil: t0 + 30_000,
      retired: [
        { generation: 1, at: t0 },
        { generation: 2, at: t0 },
      ],
    })
  })
})
