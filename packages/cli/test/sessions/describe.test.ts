import type { SessionInfo } from '@sojourn/core'
import type { SessionRecord } from '@sojourn/core/store'
import { expect, test } from 'vitest'
import { describeRecord } from '../../src/decode/parts.ts'
import { describeInfo } from '../../src/sessions/describe.ts'

const now = Date.UTC(2030, 0, 1)

test('a session that is bound to a device says since when, and others say nothing', () => {
  const info: SessionInfo = {
    id: 'g.h',
    userId: 'ada',
    actorId: undefined,
    createdAt: now,
    lastSeenAt: now,
    rotatedAt: now,
    authenticatedAt: now,
    expiresAt: now,
    remainingMs: 0,
    absoluteExpiresAt: now,
    boundAt: now - 60_000,
    client: {},
  }
  const row = [{ text: 'bound', style: 'quiet' }, expect.stringContaining('2029-12-31')]
  expect(describeInfo(info, now)).toContainEqual(row)
  expect(describeInfo({ ...info, boundAt: undefined }, now)).not.toContainEqual(row)
})

test('a decoded record shows when its browser has proved the key, and not the key', () => {
  const record: SessionRecord = {
    id: 'g.h',
    userId: 'ada',
    createdAt: now,
    updatedAt: now,
    rotatedAt: now,
    absoluteExpiresAt: now,
    maxAge: 1,
    persistent: true,
    authority: 1,
    verifier: { current: 'hash', generation: 1 },
    deviceBinding: {
      id: 'd1',
      key: '{"kty":"EC"}',
      algorithm: 'ES256',
      boundAt: now - 2,
      provedAt: now - 1,
      challengedAt: now - 1,
    },
  }
  const parts = describeRecord(record)
  expect(parts).toContainEqual({ name: 'boundAt', at: now - 2, note: 'ES256, not confirmed' })
  expect(parts).toContainEqual({ name: 'provedAt', at: now - 1 })
  expect(JSON.stringify(parts)).not.toContain('kty')
})
