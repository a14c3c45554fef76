import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import type { FactorInput } from '../../../src/options/factor-options.ts'
import type { Session } from '../../../src/session/session.ts'
import { hour, minute } from '../../contexts.ts'
import { testManager } from '../../support.ts'

const usage = expect.objectContaining({ code: 'ERR_CONFIG_INVALID', status: 500 })
const notRecent = expect.objectContaining({ code: 'ERR_SESSION_NOT_RECENT', status: 401 })
const password = { method: 'password' }
const passkey = { method: 'passkey' }

/** Returns a manager and a browser that is logged in there. */
async function signedIn(factors?: readonly FactorInput[]) {
  const made = testManager()
  const ada = createVisitor(made.manager)
  await ada.request((session) => session.login('ada', factors ? { factors } : {}))
  return { ...made, ada }
}

describe('the factors of a login', () => {
  test('have the time of the login, or their own', async () => {
    const { manager, clock } = testManager()
    const earlier = new Date(clock.now - hour)
    await createVisitor(manager).request(async (session) => {
      expect(session.factors).toEqual([])
      await session.login('ada', { factors: [password, { method: 'sso', at: earlier }] })
      expect(session.factors).toEqual([
        { method: 'sso', at: earlier.getTime() },
        { method: 'password', at: clock.now },
      ])
    })
  })

  test('cannot be changed by what session.factors returns', async () => {
    const { ada } = await signedIn([password])
    await ada.request((session) => {
      Object.assign(session.factors[0] ?? {}, { method: 'passkey' })
      expect(session.factors).toMatchObject([password])
    })
  })

  test('that several times name a method have its newest time', async () => {
    const { ada, clock } = await signedIn()
    const factors = [{ ...passkey, at: clock.now - 2 }, passkey, { ...passkey, at: clock.now - 1 }]
    await ada.request(async (session) => {
      await session.login('ada', { factors })
      expect(session.factors).toEqual([{ ...passkey, at: clock.now }])
    })
  })

  test('may be ahead by as much as clocks differ, and then count as now', async () => {
    const { ada, clock } = await signedIn()
    await ada.request(async (session) => {
      await session.addFactor({ ...passkey, at: clock.now + minute })
      expect(session.factors).toEqual([{ ...passkey, at: clock.now }])
    })
  })

  const now = Date.UTC(2026, 10, 21)
  test.each<[string, unknown]>([
    ['no list', 'password'],
    ['a factor alone', password],
    ['a name', ['password']],
    ['more than 16', Array.from({ length: 17 }, (_, n) => ({ method: `m${n}` }))],
    ['no method', [{}]],
    ['an empty method', [{ method: '' }]],
    ['a long method', [{ method: 'm'.repeat(65) }]],
    ['half a character', [{ method: '\ud800' }]],
    ['a number as method', [{ method: 7 }]],
    ['a misspelt option', [{ method: 'passkey', time: now }]],
    ['a time of the future', [{ method: 'passkey', at: now + minute + 1 }]],
    ['a date of the future', [{ method: 'passkey', at: new Date(now + hour) }]],
    ['seconds', [{ method: 'passkey', at: now / 1000 }]],
    ['no time', [{ method: 'passkey', at: Number.NaN }]],
    ['an invalid date', [{ method: 'passkey', at: new Date('soon') }]],
    ['a text as time', [{ method: 'passkey', at: new Date(now).toISOString() }]],
    ['null', [{ method: 'passkey', at: null }]],
  ])('are refused if they are %s, and nobody is logged in', async (_, factors) => {
    const { manager, rows } = testManager()
    const options = { factors: factors as FactorInput[] }
    const login = createVisitor(manager).request((session) => session.login('ada', options))
    await expect(login).rejects.toEqual(usage)
    expect(rows.size).toBe(0)
  })
})

describe('addFactor', () => {
  test('elevates: another token, one event, the same limits', async () => {
    const { manager, ada, clock } = await signedIn([password])
    const rotated = vi.fn()
    manager.on('rotated', rotated)
    const [stolen, before] = [ada.copy(), await ada.request(({ info }) => info)]
    clock.now += minute
    await ada.request(async (session) => {
      session.data['n'] = 1
      await session.addFactor(passkey)
      expect(session.info).toEqual({
        ...before,
        lastSeenAt: clock.now,
        rotatedAt: clock.now,
        expiresAt: expect.any(Number),
      })
    })
    expect(rotated.mock.calls).toEqual([[{ id: before?.id, userId: 'ada', why: 'cause' }]])
    expect(await stolen.read()).toBeNull()
    expect(await ada.read()).toEqual({ userId: 'ada', data: { n: 1 } })
  })

  test('needs a user, and a response that can still carry a cookie', async () => {
    const { manager, ada } = await signedIn()
    const required = expect.objectContaining({ code: 'ERR_SESSION_REQUIRED', status: 401 })
    await createVisitor(manager).request((session) =>
      expect(session.addFactor(passkey)).rejects.toEqual(required),
    )
    const { session, carrier } = await ada.begin()
    carrier.sent = true
    await expect(session.addFactor(passkey)).rejects.toMatchObject({ code: 'ERR_SESSION_LATE' })
    const readOnly = await manager.read({ cookie: ada.cookie ?? '' })
    await expect(readOnly.addFactor(passkey)).rejects.toMatchObject({
      code: 'ERR_SESSION_READ_ONLY',
    })
  })

  test('on a session that has ended meanwhile is refused, and proves nothing', async () => {
    const { manager, ada } = await signedIn()
    await ada.request(async (session) => {
      await manager.revoke(session.id)
      await expect(session.addFactor(passkey)).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' })
      expect([session.ended, session.factors]).toEqual(['gone', []])
    })
  })

  test('forgets the oldest of more than 16 methods', async () => {
    const factors = Array.from({ length: 16 }, (_, n) => ({ method: `m${n}` }))
    const { ada, clock } = await signedIn(factors)
    clock.now += 1
    await ada.request(async (session) => {
      await session.addFactor(passkey)
      expect(session.factors.map(({ method }) => method)).toEqual([
        ...factors.slice(1).map(({ method }) => method),
        'passkey',
      ])
    })
  })
})

describe('requireRecent with a method', () => {
  test('passes by that method only, for as long as it is recent, and names it otherwise', async () => {
    const { ada, clock } = await signedIn([password])
    await ada.request(async (session) => {
      session.requireRecent('10m', password)
      expect(() => session.requireRecent('10m', passkey)).toThrow(notRecent)
      expect(() => session.requireRecent('10m', passkey)).toThrow(
        "no proof by 'passkey' within 10m",
      )
      session.requireRecent('10m', { method: ['totp', 'password'] })
      await session.addFactor(passkey)
      clock.now += 10 * minute
      session.requireRecent('10m', passkey)
      clock.now += 1
      expect(() => session.requireRecent('10m', { method: ['passkey', 'totp'] })).toThrow(
        "no proof by 'passkey' or 'totp'",
      )
    })
  })

  test('without one passes by a factor too, which is an authentication', async () => {
    const { ada, clock } = await signedIn()
    clock.now += hour
    await ada.request(async (session) => {
      expect(() => session.requireRecent('10m')).toThrow(notRecent)
      await session.addFactor({ ...passkey, at: clock.now - 11 * minute })
      expect(() => session.requireRecent('10m')).toThrow(notRecent)
      await session.addFactor(passkey)
      session.requireRecent('10m')
    })
  })

  test('is not satisfied by the login of a provider whose own login is long ago', async () => {
    const { ada, clock } = await signedIn()
    await ada.request(async (session) => {
      await session.login('ada', { factors: [{ method: 'sso', at: clock.now - hour }] })
      expect(() => session.requireRecent('10m', { method: 'sso' })).toThrow(notRecent)
      session.requireRecent('2h', { method: 'sso' })
    })
  })

  test('is not satisfied by a factor under a clock that was ahead, neither at once nor later', async () => {
    const { ada, clock } = await signedIn()
    clock.now += hour
    await ada.request((session) => session.addFactor(passkey))
    clock.now -= hour
    for (const passed of [0, 30 * minute, 31 * minute, hour]) {
      clock.now += passed
      await ada.request((session) => {
        expect(session.userId).toBe('ada')
        expect(() => session.requireRecent('10m', passkey)).toThrow(notRecent)
      })
    }
  })

  test.each<[unknown]>([[''], [7], [[]], [['passkey', '']], [null], [{}], [undefined]])(
    'is refused for the method %j, also of a visitor',
    async (method) => {
      await createVisitor(testManager().manager).request((session) =>
        expect(() => session.requireRecent('10m', { method: method as string })).toThrow(usage),
      )
    },
  )

  test('is refused for an option that there is not', async () => {
    await createVisitor(testManager().manager).request((session) =>
      expect(() => session.requireRecent('10m', { methods: ['passkey'] } as never)).toThrow(
        'Write method',
      ),
    )
  })
})

describe('a login by a token that another login presented', () => {
  test('joins it only if it has proved the same', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => {
      session.data['cart'] = 1
    })
    const idBy = (factors: readonly FactorInput[]) =>
      visitor.copy().request(async (session) => {
        await session.login('ada', { factors })
        return session.id
      })
    const first = await idBy([password, passkey])
    expect(await idBy([passkey, password])).toBe(first)
    const others = [
      await idBy([password]),
      await idBy([]),
      await idBy([password, { method: 'totp' }]),
    ]
    expect(new Set([first, ...others]).size).toBe(4)
  })

  test('of the same session joins it whatever it had proved before, and no more', async () => {
    const { ada, clock } = await signedIn([password, passkey])
    clock.now += hour
    const [click, thief] = [ada.copy(), ada.copy()]
    const again = (factors: readonly FactorInput[]) => async (session: Session<TestData>) => {
      await session.login('ada', { factors })
      return session.id
    }
    const id = await ada.request(again([password]))
    expect(await click.request(again([password]))).toBe(id)
    expect(await ada.read()).not.toBeNull()
    await ada.request((session) => session.addFactor(passkey))
    expect(await thief.request(again([password]))).not.toBe(id)
  })

  test('of before a factor was added never gets it, whatever login comes in between', async () => {
    const { ada, clock } = await signedIn()
    const thief = ada.copy()
    await ada.request((session) => session.addFactor(passkey))
    clock.now += 20_000
    await ada.request((session) => session.login('ada'))
    clock.now += 12_000
    await thief.request(async (session) => {
      await session.login('ada')
      expect(session.factors).toEqual([])
    })
  })
})
