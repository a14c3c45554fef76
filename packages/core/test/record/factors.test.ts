import { expect, test } from 'vitest'
import { mergeFactors } from '../../src/record/factors.ts'
import { createRecord, rotateRecord } from '../../src/record/record.ts'
import { freshRecord, hour, minute, t0 } from '../contexts.ts'

const password = { method: 'password', at: t0 }
const passkey = { method: 'passkey', at: t0 + minute }

test('of each method the newest time counts, in whichever order they come', () => {
  const newer = { method: 'password', at: t0 + hour }
  expect(mergeFactors([password, passkey], [newer])).toEqual([passkey, newer])
  expect(mergeFactors([newer], [passkey, password])).toEqual([passkey, newer])
  expect(mergeFactors(undefined, [newer, password])).toEqual([newer])
})

test('of more than 16 methods those proved last are kept', () => {
  const many = Array.from({ length: 20 }, (_, n) => ({ method: `m${n}`, at: t0 + n }))
  expect(mergeFactors(many.slice(10), many.slice(0, 10))).toEqual(many.slice(4))
})

test('a new record has what its seed gives, and none of it otherwise', () => {
  const { record } = freshRecord({ userId: 'ada' })
  const given = {
    factors: [password],
    actor: { userId: 'sue', sessionId: 'g.h', authority: 2 },
    fingerprint: { agent: 'hash' },
    dataVersion: 0,
  }
  const seed = { ...record, secretHash: '', at: t0, absoluteTimeout: hour }
  expect(createRecord({ ...seed, ...given })).toMatchObject(given)
  for (const name of Object.keys(given)) expect(createRecord(seed)).not.toHaveProperty(name)
})

test('a re-authentication adds its factors, replaces the fingerprint and leaves the actor', () => {
  const actor = { userId: 'sue', sessionId: 'g.h', authority: 2 }
  const fields = { factors: [password], actor, fingerprint: { agent: 'old' }, dataVersion: 3 }
  const { record } = freshRecord({ userId: 'ada', ...fields })
  const limits = { maxAge: hour, absoluteTimeout: hour, persistent: true }
  const elevation = { ...limits, factors: [passkey], fingerprint: { agent: 'new' } }
  const at = t0 + minute
  expect(rotateRecord(record, 'hash', { at, elevation })).toMatchObject({
    factors: [password, passkey],
    actor,
    fingerprint: { agent: 'new' },
    dataVersion: 3,
  })
  expect(rotateRecord(record, 'hash', { at, elevation: limits })).toMatchObject(fields)
  expect(rotateRecord(record, 'hash', { at })).toMatchObject(fields)
})
