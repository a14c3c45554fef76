import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createChallenges } from '../../src/device-binding/challenges.ts'
import { createKeyring } from '../../src/record/keyring.ts'
import { minute, t0 } from '../contexts.ts'

const [old, now] = [randomBytes(32), randomBytes(32)]
const indexKey = randomBytes(32)
const challengesOf = (secretKey: readonly Uint8Array[], namespace = 'shop') =>
  createChallenges(
    createKeyring({ secretKey, indexKey, cookieName: 'sid', namespace }).derive('challenge'),
  )
const challenges = challengesOf([now, old])
const registration = { sessionId: 'group.handle', authority: 1 }
const refresh = { sessionId: 'group.handle', bindingId: 'd1' }
const within = { at: t0, maxAge: 5 * minute }

test('a challenge is genuine for what it was issued for, in its time', () => {
  const challenge = challenges.issue(registration, t0)
  expect(challenges.issuedAt(challenge, registration, within)).toBe(t0)
  for (const other of [
    { ...registration, authority: 2 },
    { ...registration, sessionId: 'group.other' },
    refresh,
  ])
    expect(challenges.issuedAt(challenge, other, within)).toBeUndefined()
  const issuedAt = (at: number) => challenges.issuedAt(challenge, registration, { ...within, at })
  expect(issuedAt(t0 + 5 * minute)).toBe(t0)
  expect(issuedAt(t0 + 5 * minute + 1)).toBeUndefined()
  expect(issuedAt(t0 - minute)).toBe(t0) // the clock of this server is behind
  expect(issuedAt(t0 - minute - 1)).toBeUndefined()
})

test('two challenges of one moment differ, and one after another is newer than it', () => {
  const [first, second] = [challenges.issue(refresh, t0), challenges.issue(refresh, t0)]
  expect(first).not.toBe(second)
  const next = challenges.issue(refresh, t0, t0 + 20_000) // issued by a server whose clock is ahead
  expect(challenges.issuedAt(next, refresh, within)).toBe(t0 + 20_001)
})

test('after a key roll the challenges from before are genuine, and those of other keys are not', () => {
  const before = challengesOf([old]).issue(refresh, t0)
  expect(challenges.issuedAt(before, refresh, within)).toBe(t0)
  expect(challengesOf([now]).issuedAt(before, refresh, within)).toBeUndefined()
  expect(challengesOf([now, old], 'admin').issuedAt(before, refresh, within)).toBeUndefined()
})

test('nothing that was changed is genuine, and nothing throws', () => {
  const challenge = challenges.issue(refresh, t0)
  for (let at = 0; at < challenge.length; at++) {
    const other = challenge[at] === 'a' ? 'b' : 'a'
    const changed = challenge.slice(0, at) + other + challenge.slice(at + 1)
    expect(challenges.issuedAt(changed, refresh, within), changed).toBeUndefined()
  }
  for (const junk of ['', '.', '..', 'a.b.c', ` ${challenge}`, `${challenge}=`, `0${challenge}`])
    expect(challenges.issuedAt(junk, refresh, within), junk).toBeUndefined()
})
