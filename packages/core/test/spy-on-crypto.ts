import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, type MockInstance, vi } from 'vitest'

/**
 * Spies on a function of `node:crypto` until the tests of the file are over. A mocked module would not do: the files of
 * one worker share their modules, so the sources may have imported the function already.
 */
export function spyOnCrypto(
  name: 'createHash' | 'createHmac' | 'hash' | 'randomFillSync' | 'timingSafeEqual',
): MockInstance {
  const spy = vi.spyOn(crypto, name)
  syncBuiltinESMExports() // gives the spy to modules that import the function by name
  afterAll(() => {
    spy.mockRestore()
    syncBuiltinESMExports()
  })
  return spy
}

/**
 * Returns a function that returns how many hashes were computed since it was called last, whichever way. An HMAC counts as
 * two, as it consists of two.
 */
export function countHashes(): () => number {
  const spies = [spyOnCrypto('hash'), spyOnCrypto('createHash'), spyOnCrypto('createHmac')]
  return () => {
    const [hashes = 0, objects = 0, hmacs = 0] = spies.map(({ mock }) => mock.calls.length)
    for (const spy of spies) spy.mockClear()
    return hashes + objects + 2 * hmacs
  }
}
