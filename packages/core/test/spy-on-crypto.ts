import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, type MockInstance, vi } from 'vitest'

/**
 * Spies on a function of `node:crypto` until the tests of the file are over. A mocked module would not do: the files of
 * one worker share their modules, so the sources may have imported the function already.
 */
export function spyOnCrypto<Name extends 'createHmac' | 'randomFillSync' | 'timingSafeEqual'>(
  name: Name,
): MockInstance {
  const spy = vi.spyOn(crypto, name)
  syncBuiltinESMExports() // gives the spy to modules that import the function by name
  afterAll(() => {
    spy.mockRestore()
    syncBuiltinESMExports()
  })
  return spy
}
