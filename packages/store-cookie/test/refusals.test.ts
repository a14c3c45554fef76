import { referenceBackend } from '@sojourn/conformance/backend'
import type { SessionBackend } from '@sojourn/core/store'
import { cookieStore } from '@sojourn/store-cookie'
import { memoryBackend, memoryStore } from '@sojourn/store-memory'
import { describe, expect, test } from 'vitest'
import { makeScene, request } from './support.ts'

describe('cookieStore() refuses', () => {
  test.each<[string, object]>([
    ['a cache of -1', { cacheSize: -1 }],
    ['a cache of 1.5', { cacheSize: 1.5 }],
    ['four cookies', { maxCookies: 4 }],
    ['an unknown sealer', { sealer: 'rot13' }],
    ['revocations that are no backend', { revocations: {} }],
    ['revocations of a bounded size', { revocations: memoryBackend() }],
    ['revocations of any bounded size', { revocations: memoryBackend({ max: 1e9 }) }],
    ['revocations that do not say whether they keep all', { revocations: forgetful() }],
    ['an option that it does not know', { cachesize: 5 }],
    ['a misspelt revocations, without which nothing is revoked', { revocation: {} }],
  ])('%s', (_title, options) => {
    expect(() => makeScene(options)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
    )
  })

  test.each<[string, object]>([
    ['a limit', { limit: { max: 3 } }],
    ['onReplay', { onReplay: 'destroy' }],
    ['rotationInterval', { rotationInterval: '15m' }],
    ['merge', { merge: () => 1 }],
  ])('a manager with %s', (_title, config) => {
    expect(() => makeScene({ config })).toThrow(/is set and this store cannot enforce it/)
  })

  test('revocations that forget, with what to give instead', () => {
    const max = Number.POSITIVE_INFINITY
    expect(() => cookieStore({ revocations: memoryBackend({ max: 1_000 }) })).toThrow(
      /supports\.retention is true, such as .*max: Infinity/,
    )
    expect(() => cookieStore({ revocations: memoryBackend({ max }) })).not.toThrow()
  })

  test.each<[string, unknown, RegExp]>([
    [
      'a store',
      memoryStore(),
      /: revocations is a store, .* not a backend\. Pass .*nodeRedisBackend/,
    ],
    [
      'a function that nobody called',
      memoryBackend,
      /: revocations is a store, or another function/,
    ],
    ['true', true, /: revocations is boolean, not a backend/],
    ['null', null, /: revocations is null, not a backend/],
  ])('revocations that are %s, with what to give instead', (_title, revocations, message) => {
    expect(() => cookieStore({ revocations: revocations as SessionBackend })).toThrow(message)
  })

  test('to list and, without revocations, to revoke, with what to do instead', async () => {
    const { manager } = makeScene()
    const { session } = await request(manager, undefined, (each) => each.login('ann'))
    await expect(manager.sessions('ann')).rejects.toThrow(/no index of users/)
    await expect(manager.revokeAll('ann')).rejects.toThrow(/no index of users/)
    await expect(manager.revoke(session.id)).rejects.toThrow(/Give cookieStore\(\) its revocations/)
  })
})

/** A backend from before the capability, as a third party may still have it. */
function forgetful(): object {
  const backend: SessionBackend = referenceBackend()
  const { retention: _, ...supports } = backend.supports
  return { ...backend, supports }
}
