import { expect, test } from 'vitest'
import { changeDeviceBinding, type DeviceBinding } from '../../src/record/device-binding.ts'
import { minute, t0 } from '../contexts.ts'

const pending: DeviceBinding = {
  id: 'first',
  key: '{}',
  algorithm: 'ES256',
  boundAt: t0,
  provedAt: t0,
  challengedAt: t0 - 5,
}
const confirmed: DeviceBinding = { ...pending, isConfirmed: true }
const later: DeviceBinding = { ...pending, id: 'second', challengedAt: t0 }

test('a binding is replaced only before it is confirmed, and by a newer challenge', () => {
  expect(changeDeviceBinding(undefined, { bind: pending })).toBe(pending)
  expect(changeDeviceBinding(pending, { bind: later })).toBe(later)
  expect(changeDeviceBinding(later, { bind: pending })).toBe(later)
  expect(changeDeviceBinding(pending, { bind: { ...pending, id: 'again' } })).toBe(pending)
  expect(changeDeviceBinding(confirmed, { bind: later })).toBe(confirmed)
})

test('a binding is confirmed once, by its id', () => {
  expect(changeDeviceBinding(pending, { confirm: 'first' })).toEqual(confirmed)
  expect(changeDeviceBinding(confirmed, { confirm: 'first' })).toBe(confirmed)
  expect(changeDeviceBinding(pending, { confirm: 'second' })).toBe(pending)
  expect(changeDeviceBinding(undefined, { confirm: 'first' })).toBeUndefined()
})

test('a proof by a newer challenge moves the times, and one by an older or the same does not', () => {
  const at = t0 + minute
  const proof = { prove: 'first', challengedAt: t0, at }
  const proved = { ...confirmed, challengedAt: t0, provedAt: at }
  expect(changeDeviceBinding(pending, proof)).toEqual(proved)
  expect(changeDeviceBinding(proved, { ...proof, at: at + 5 })).toBe(proved)
  expect(changeDeviceBinding(proved, { ...proof, challengedAt: t0 - 1, at: at + 5 })).toBe(proved)
  expect(changeDeviceBinding(confirmed, { ...proof, prove: 'second' })).toBe(confirmed)
})
