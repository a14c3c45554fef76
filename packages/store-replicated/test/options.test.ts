import type { SessionBackend } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'
import {
  type ReplicatedOptions,
  replicatedBackend,
  replicatedStore,
} from '@sojourn/store-replicated'
import { expect, test } from 'vitest'

const three = () => ({ a: memoryBackend(), b: memoryBackend(), c: memoryBackend() })
const withoutLists = (): SessionBackend => {
  const backend = memoryBackend()
  return { ...backend, supports: { ...backend.supports, list: false } }
}

test.each<[string, Record<string, SessionBackend>, object, RegExp]>([
  ['no instances', {}, {}, /was given 0 instances\. Give three or five/],
  ['two', { a: memoryBackend(), b: memoryBackend() }, {}, /was given 2 instances/],
  ['four', { ...three(), d: memoryBackend() }, {}, /was given 4 instances.*no more failures/],
  ['one without lists', { ...three(), c: withoutLists() }, {}, /instance c does not support list/],
  ['an unknown option', three(), { timeuot: 1 }, /has no option timeuot\. Write timeout/],
  ['a duration that is none', three(), { partition: 'a day' }, /partition is 'a day'/],
  ['an onFailed that is none', three(), { onFailed: true }, /onFailed is no function/],
])(
  '%s is refused when the backend is made',
  (_, instances, options: ReplicatedOptions, message) => {
    expect(() => replicatedBackend(instances, options)).toThrow(message)
    expect(() => replicatedStore(instances, options)).toThrow(message)
  },
)

test('retention is what all instances offer', () => {
  const unbounded = () => memoryBackend({ max: Number.POSITIVE_INFINITY })
  const all = { a: unbounded(), b: unbounded(), c: unbounded() }
  expect(replicatedBackend(all).supports.retention).toBe(true)
  expect(replicatedBackend({ ...all, c: memoryBackend() }).supports.retention).toBe(false)
})
