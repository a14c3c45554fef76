import { afterEach, expect, test, vi } from 'vitest'
import { sealBounds } from '../src/seal-count.ts'
import { makeScene, request } from './support.ts'

const { warnEvery } = sealBounds
afterEach(() => Object.assign(sealBounds, { warnEvery }))

test.each(['node', 'jose'] as const)(
  'a process that has sealed many sessions with one key says so, and how to go on, by %s',
  async (sealer) => {
    sealBounds.warnEvery = 5
    const warn = vi.fn()
    const { manager } = makeScene({ sealer, config: { warn } })
    for (const warnings of [0, 0, 0, 0, 1, 1, 1, 1, 1, 2]) {
      await request(manager, undefined, ({ data }) => (data['n'] = 1))
      expect(warn).toHaveBeenCalledTimes(warnings)
    }
    expect(warn.mock.calls[0]).toEqual([expect.stringMatching(/sealed 5 sessions .*rotate-keys/)])
  },
)

test('it says so four times before two ivs are likelier to meet than NIST allows', () => {
  expect(4 * warnEvery).toBe(2 ** 32)
})
