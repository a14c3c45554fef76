import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createCookieWriter } from '../../src/http/cookie.ts'
import { createKeyring } from '../../src/record/keyring.ts'
import { isHashOf, mintId, mintSecret, mintToken, verifyToken } from '../../src/record/token.ts'
import type { Row } from '../../src/store/backend.ts'
import { browser, counted, managerOver, mapBackend, testCarrier, visit } from '../support.ts'

vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>()
  return {
    ...crypto,
    createHmac: vi.fn(crypto.createHmac),
    randomBytes: vi.fn(crypto.randomBytes),
    timingSafeEqual: vi.fn(crypto.timingSafeEqual),
  }
})

afterEach(() => void vi.clearAllMocks())

const day = 86_400_000
const keys = createKeyring({ secretKey: randomBytes(32), cookieName: 'sid' }).derive('token')

/** A user who is logged in, the row of their session, and a hand that changes it. */
async function signedIn() {
  const backend = mapBackend()
  const answers = { find: backend.find, replace: backend.replace }
  const made = managerOver({
    ...backend,
    find: (...asked) => answers.find(...asked),
    replace: (...asked) => answers.replace(...asked),
  })
  const visitor = browser()
  const { session } = await visit(made.manager, visitor, async (first) => {
    await first.login('user-1')
    first.data['n'] = 1
  })
  const row = backend.rows.get(session.id) as Row
  const put = (fields: object) => void backend.rows.set(session.id, { ...row, ...fields })
  return { ...made, backend, answers, visitor, id: session.id, row, put }
}

/** A token that is good, and what the store is asked from now on. */
async function aToken() {
  const { backend, calls } = counted(mapBackend())
  const { manager } = managerOver(backend)
  const visitor = browser()
  await visit(manager, visitor, (session) => session.login('user-1'))
  calls.length = 0
  return { manager, calls, token: visitor.jar.cookie?.slice('sid='.length) ?? '' }
}

describe('group A, tokens', () => {
  test('A-01: each id and each secret is asked of the CSPRNG, at its full length', () => {
    vi.mocked(randomBytes).mockClear()
    for (let n = 0; n < 100; n++) mintId('g'.repeat(16))
    for (let n = 0; n < 100; n++) mintSecret()
    const asked = vi.mocked(randomBytes).mock.calls.map(([bytes]) => bytes)
    expect(asked).toEqual([...Array(100).fill(16), ...Array(100).fill(24)])
  })

  test.each(['', '.', '..', '...', 'a.b', 'ID', 'ID.', 'ID.SECRET', 'ID.SECRET.', '.SECRET.MAC'])(
    'A-04: %j is nobody, without a look at the store',
    async (form) => {
      const { manager, calls, token } = await aToken()
      const [a, b, secret = '', mac = ''] = token.split('.')
      const text = form.replace('ID', `${a}.${b}`).replace('SECRET', secret).replace('MAC', mac)
      const session = await manager.load(testCarrier({ cookie: `sid=${text}` }))
      expect([session.isNew, calls]).toEqual([true, []])
    },
  )

  test('A-07: signatures are compared in constant time, once per key, and no length throws', () => {
    const token = mintToken(mintId(), mintSecret(), keys)
    const other = createKeyring({ secretKey: randomBytes(32), cookieName: 'sid' }).derive('token')
    vi.mocked(timingSafeEqual).mockClear()
    expect(verifyToken(token, [...other, ...keys])).toMatchObject({ keyIndex: 1 })
    expect(verifyToken(token, other)).toBe('forged')
    expect(timingSafeEqual).toHaveBeenCalledTimes(3)
    for (const cut of [0, 1, 8, 15, 21, 31]) {
      const short = token.slice(0, token.length - 32 + cut)
      expect(verifyToken(short, keys)).toBe('malformed')
      expect(isHashOf('x', 'y'.repeat(cut))).toBe(false)
    }
  })

  test('A-08: a genuine token of a session that the store has not gets another id, and an event', async () => {
    const { manager, backend, visitor, id } = await signedIn()
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    backend.rows.delete(id)
    const { session } = await visit(manager, visitor, (next) => {
      next.data['n'] = 2
    })
    expect(session.id).not.toBe(id)
    expect([...backend.rows.keys()]).toEqual([session.id])
    expect(discarded).toHaveBeenCalledWith({ what: 'token', why: 'unknown', id })
  })
})

describe('groups B and C, cookies', () => {
  test.each(['%', '%E0%A4%A', '%00', 'T,sid=T', 'T\nT', '\0', 'T\0', '\xff', '\ud800', 'T\udfff'])(
    'B-08 and B-10: the value %j is nobody, without a look at the store',
    async (form) => {
      const { manager, calls, token } = await aToken()
      const cookie = `sid=${form.replaceAll('T', token)}`
      const session = await manager.load(testCarrier({ cookie }))
      expect([session.isNew, calls]).toEqual([true, []])
    },
  )

  test('B-11: beyond the bounds of a Cookie header no signature is computed, within them at most four', async () => {
    const { manager, visitor } = await signedIn()
    const token = () => mintToken(mintId(), mintSecret(), keys)
    const pairs = (count: number) => Array.from({ length: count }, () => `sid=${token()}`)
    const large = [pairs(5), pairs(10_000), [visitor.jar.cookie, `x=${'x'.repeat(65_536)}`]]
    const headers = [...large, [`sid=${'x'.repeat(4096)}`], [`sid=${'x'.repeat(100_000)}`]]
    vi.mocked(createHmac).mockClear()
    for (const header of headers)
      expect((await manager.load(testCarrier({ cookie: header.join('; ') }))).isNew).toBe(true)
    expect(createHmac).not.toHaveBeenCalled()
    const four = pairs(4).join('; ')
    vi.mocked(createHmac).mockClear()
    await manager.load(testCarrier({ cookie: four }))
    expect(createHmac).toHaveBeenCalledTimes(4)
  })

  const flags = { secure: true, httpOnly: true, sameSite: 'lax', partitioned: false } as const
  const complete = { cookieName: 'sid', path: '/', domain: undefined, ...flags }

  test('C-04: the longest cookie that can be configured is far below 4,096 bytes', () => {
    const token = mintToken(mintId(), mintSecret(), keys)
    const options = { ...complete, cookieName: 'x'.repeat(256) }
    const [pair = ''] = createCookieWriter(options)
      .set({ name: options.cookieName, value: token }, undefined)
      .split(';')
    expect(Buffer.byteLength(pair)).toBe(256 + 1 + 105)
  })

  test('C-05: attributes that are not text are refused, and an unknown one is never written', () => {
    const shy = { toString: () => '/', startsWith: () => true }
    const wrong = [{ path: shy }, { domain: shy }, { path: ['/'] }, { sameSite: ['lax'] }]
    for (const options of [...wrong, { sameSite: '__proto__' }, { domain: null }])
      expect(() => createCookieWriter({ ...complete, ...options } as never)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
      )
    const writer = createCookieWriter({ ...complete, priority: 'High\r\nX: y' } as never)
    expect(writer.set({ name: 'sid', value: 't' }, 1) + writer.clear('sid')).not.toMatch(
      /priority|[\r\n]|X:/i,
    )
  })
})

describe('group D, the life of a session', () => {
  test('D-02: a login rotates also where the handler replaces all the data', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    const { session: first } = await visit(manager, visitor, (session) => {
      session.data['cart'] = 1
    })
    const { cookie } = visitor.jar
    const { session } = await visit(manager, visitor, async (next) => {
      next.data = { all: 'new' }
      await next.login('user-1')
      next.data = { all: 'newer' }
    })
    expect(session.id).not.toBe(first.id)
    expect((await manager.load(testCarrier({ cookie }))).ended).toBe('login')
    await visit(manager, visitor, (next) => expect(next.data).toEqual({ all: 'newer' }))
  })

  test.each([undefined, '9999999999999', Number.NaN, Number.POSITIVE_INFINITY, null])(
    'D-06: a row whose end or last touch is %s opens nothing, and is the trouble of the store',
    async (wrong) => {
      const { manager, visitor, row, answers } = await signedIn()
      for (const fields of [{ touchedAt: wrong }, { expiresAt: wrong }]) {
        answers.find = async () => ({ ...row, ...fields }) as Row
        const error = { code: 'ERR_STORE_CONTRACT', status: 503 }
        await expect(manager.load(visitor.carrier())).rejects.toMatchObject(error)
      }
    },
  )

  test('D-06: an end far in the future prolongs nothing, and times below zero are over', async () => {
    const { manager, visitor, put, row, clock } = await signedIn()
    for (const fields of [{ touchedAt: -1 }, { expiresAt: -1 }]) {
      put(fields)
      expect((await manager.load(visitor.carrier())).isNew).toBe(true)
    }
    put({ expiresAt: 8e15 })
    expect((await manager.load(visitor.carrier())).userId).toBe('user-1')
    clock.now = row.touchedAt + 2 * day
    expect((await manager.load(visitor.carrier())).isNew).toBe(true)
    put({ expiresAt: 8e15, touchedAt: 8e15 })
    clock.now = row.touchedAt + 30 * day
    expect((await manager.load(visitor.carrier())).isNew).toBe(true)
  })
})

describe('groups E, F and G, the store and the data', () => {
  test('E-05: of 200 parallel logins with one anonymous cookie each has its own id, user and data', async () => {
    const { manager } = managerOver(mapBackend())
    const anonymous = browser()
    await visit(manager, anonymous, (session) => {
      session.data['cart'] = ['tea']
    })
    const visitors = Array.from({ length: 200 }, () => {
      const visitor = browser()
      visitor.jar.cookie = anonymous.jar.cookie
      return visitor
    })
    const logIn = (visitor: (typeof visitors)[number], n: number) =>
      visit(manager, visitor, async (session) => {
        await session.login(`user-${n}`)
        session.data['own'] = n
      })
    const visits = await Promise.all(visitors.map(logIn))
    expect(new Set(visits.map(({ session }) => session.id)).size).toBe(200)
    expect(new Set(visitors.map(({ jar }) => jar.cookie)).size).toBe(200)
    for (const [n, visitor] of visitors.entries()) {
      const { userId, data } = await manager.load(visitor.carrier())
      expect([userId, data]).toEqual([`user-${n}`, { cart: ['tea'], own: n }])
    }
  })

  test('E-07: a crash between insert and remove leaves two records, each with an end', async () => {
    const backend = mapBackend()
    const crashed = { isDown: false, reached: () => {} }
    const reached = new Promise<void>((resolve) => {
      crashed.reached = resolve
    })
    const { manager, clock } = managerOver({
      ...backend,
      remove: (...asked) => {
        if (!crashed.isDown) return backend.remove(...asked)
        crashed.reached()
        return new Promise(() => undefined)
      },
    })
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['cart'] = 1
    })
    crashed.isDown = true
    const session = await manager.load(visitor.carrier())
    session.login('user-1').catch(() => undefined)
    await reached
    expect(backend.rows.size).toBe(2)
    expect((await manager.load(visitor.carrier())).data).toEqual({ cart: 1 })
    clock.now += day + 60_000
    expect((await manager.load(visitor.carrier())).isNew).toBe(true)
    expect(await manager.sessions('user-1')).toEqual([])
  })

  const spoilt = ['{"n":', '1', 'null', '"text"', '[1]', '', 'x'.repeat(5e6)]
  test.each(spoilt.map((data): [string, string] => [data.slice(0, 9), data]))(
    'F-06: data that is %j is nobody, an event, and stays in place',
    async (_title, data) => {
      const { manager, visitor, put, row, id, backend } = await signedIn()
      const [corrupt, value] = [vi.fn(), withData(row, data)]
      manager.on('corrupt', corrupt)
      put({ value })
      expect((await visit(manager, visitor)).session.isNew).toBe(true)
      expect(corrupt).toHaveBeenCalledTimes(1)
      expect((backend.rows.get(id) as Row).value).toBe(value)
    },
  )

  test('G-01: names of members of Object are kept as any other, and __proto__ nowhere', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    const names = { constructor: 1, prototype: { x: 1 }, hasOwnProperty: 2, toString: 3 }
    await visit(manager, visitor, (session) => {
      Object.assign(session.data, names)
      session.flash.add('__proto__', { polluted: true })
    })
    await visit(manager, visitor, (session) =>
      session.login('user-1', { carry: ['constructor', '__proto__'] }),
    )
    await visit(manager, visitor, (session) => expect(session.data).toEqual({ constructor: 1 }))
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  test('G-05: a row that is poisoned between load and commit is corrupt, and not merged', async () => {
    const { manager, visitor, put, row } = await signedIn()
    const corrupt = vi.fn()
    manager.on('corrupt', corrupt)
    for (const poison of ['{"__proto__":{"isAdmin":1}}', '{"a":{"__proto__":{"isAdmin":1}}}']) {
      put({})
      const carrier = visitor.carrier()
      const session = await manager.load(carrier)
      session.data['n'] = 2
      put({ version: 'theirs', value: withData(row, poison) })
      await manager.commit(session, carrier)
      expect(session.ended).toBe('gone')
      expect(Reflect.get(session.data, 'isAdmin')).toBeUndefined()
      expect(Reflect.get({}, 'isAdmin')).toBeUndefined()
      expect(carrier.setCookies).toEqual([])
    }
    expect(corrupt).toHaveBeenCalledTimes(2)
  })
})

/** The value of a row with other bytes in place of its data. */
function withData({ value }: Row, data: string): Uint8Array {
  return Buffer.concat([value.slice(0, -'{"n":1}'.length), Buffer.from(data)])
}
