import { controlledBackend } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { makeScene, minute, request } from './support.ts'

const config = { maxAge: '2h', touchInterval: '1m', absoluteTimeout: '8h' } as const

describe('a sealed session of a clock that was ahead', () => {
  test.each([
    ['the cache', {}],
    ['no cache', { cacheSize: 0 }],
    ['jose', { sealer: 'jose' as const }],
    ['revocations', { revocations: controlledBackend().backend }],
  ])(
    'is refused with %s, with the same event, and opens nothing later than it may',
    async (_with, options) => {
      for (const ahead of [2, 60, 24 * 60]) {
        const { manager, clock, discarded } = makeScene({ config, ...options })
        clock.now += ahead * minute
        const { cookie } = await request(manager, undefined, (session) => session.login('ann'))
        await request(manager, cookie)
        clock.now -= ahead * minute
        const { session, setCookies } = await request(manager, cookie)
        expect([session.isNew, session.userId, setCookies]).toEqual([true, undefined, []])
        expect(discarded).toEqual([{ what: 'token', why: 'corrupt', id: undefined }])
        expect(() => session.requireRecent('10m')).toThrow(/log in again/)
      }
    },
  )

  test.each([{}, { cacheSize: 0 }])('opens if it was ahead by a minute: %j', async (options) => {
    const { manager, clock } = makeScene({ config, ...options })
    clock.now += minute
    const { cookie } = await request(manager, undefined, (session) => session.login('ann'))
    clock.now -= minute
    const { session } = await request(manager, cookie)
    expect(session.userId).toBe('ann')
    session.requireRecent('10m')
  })

  test('lives on after a new login, as long as any other', async () => {
    const { manager, clock } = makeScene({ config })
    clock.now += 60 * minute
    const { cookie } = await request(manager, undefined, (session) => session.login('ann'))
    clock.now -= 60 * minute
    const again = await request(manager, cookie, (session) => session.login('ann'))
    clock.now += 121 * minute - 1
    expect((await request(manager, again.cookie)).session.userId).toBe('ann')
    clock.now += 1
    expect((await manager.read({ cookie: again.cookie })).userId).toBe(undefined)
  })

  test('ends a watch that was opened under it', async () => {
    const { manager, clock } = makeScene({ config })
    clock.now += 60 * minute
    const { cookie = '' } = await request(manager, undefined, (session) => session.login('ann'))
    const watch = await manager.watch({ cookie })
    clock.now -= 60 * minute
    expect(await watch.keepAlive()).toBe(false)
    expect(await watch.ended).toBe('gone')
  })
})
