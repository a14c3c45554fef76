import { expect, test } from 'vitest'
import { rotateRecord } from '../../src/record/record.ts'
import { addRetirement, type Retirement, retiredAt } from '../../src/record/retirement.ts'
import { isReplay } from '../../src/record/rotation.ts'
import { hashSecret } from '../../src/record/token.ts'
import { freshRecord, minute, policy, t0 } from '../contexts.ts'

test('the list stays short, however often servers whose clocks differ rotate', () => {
  let retired: readonly Retirement[] | undefined
  for (let n = 1; n <= 10_000; n++) {
    const at = t0 + n * 100 + (n % 2) * minute
    retired = addRetirement(retired, { generation: n, at })
    expect(retired.length).toBeLessThan(16)
  }
})

test('one server whose clock is a day ahead does not keep later tokens from being replays', () => {
  let retired = addRetirement(undefined, { generation: 1, at: t0 + 24 * 60 * minute })
  retired = addRetirement(retired, { generation: 2, at: t0 })
  retired = addRetirement(retired, { generation: 3, at: t0 + 2 * minute })
  expect(retiredAt(retired, 1)).toBeLessThanOrEqual(t0 + minute)
  expect(retiredAt(retired, 3)).toBe(t0 + 2 * minute)
})

test('tokens of the highest generation are stale, not replays: their age is not known', () => {
  const highest = 2 ** 24 - 1
  const { record: fresh, secret } = freshRecord()
  let record = { ...fresh, verifier: { ...fresh.verifier, generation: highest } }
  let at = t0
  for (let n = 0; n < 20; n++) {
    at += minute
    record = rotateRecord(record, record.verifier.current, { at })
  }
  const secretHash = hashSecret(secret)
  const token = { id: record.id, secret, secretHash, generation: highest, keyIndex: 0 }
  expect(isReplay(record, [token], { at, policy })).toBe(false)
})
