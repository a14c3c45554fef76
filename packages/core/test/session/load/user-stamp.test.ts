import { randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import type { SecurityStamp } from '../../../src/options/options.ts'
import { testBackend, testManager } from '../../support.ts'

const usage = { code: 'ERR_CONFIG_INVALID', status: 500 }

/** Returns a manager whose stamps a test changes, and a browser that is logged in there. */
async function signedIn(options: Parameters<typeof testManager>[0] = {}) {
  const securityStamp = vi.fn<SecurityStamp>(() => 'first stamp of ada')
  const made = testManager({ securityStamp, ...options })
  const ada = createVisitor(made.manager)
  await ada.request((session) => session.login('ada'))
  securityStamp.mockClear()
  return { ...made, securityStamp, ada }
}

describe('the function securityStamp', () => {
  test('is called once for each open of a user session, and for nothing else', async () => {
    const { manager, securityStamp, ada } = await signedIn()
    const anonymous = createVisitor(manager)
    await anonymous.request((session) => {
      session.data['n'] = 1
    })
    await anonymous.request()
    await createVisitor(manager, `${ada.cookie}x`).request()
    await createVisitor(manager, `sid=${'A'.repeat(120)}`).request()
    await createVisitor(testManager().manager, ada.cookie).request()
    expect(securityStamp).not.toHaveBeenCalled()
    await ada.request()
    await manager.read({ cookie: ada.cookie })
    expect(securityStamp.mock.calls).toEqual([['ada'], ['ada']])
  })

  test('that hangs is a store that hangs: 503, an event, and the session is there afterwards', async () => {
    const { manager, securityStamp, ada } = await signedIn({ storeTimeout: 20 })
    const failed = vi.fn()
    manager.on('failed', failed)
    securityStamp.mockReturnValue(new Promise(() => undefined))
    const timeout = { code: 'ERR_STORE_TIMEOUT', status: 503 }
    await expect(ada.request()).rejects.toMatchObject(timeout)
    await expect(manager.watch({ cookie: ada.cookie })).rejects.toMatchObject(timeout)
    await expect(
      createVisitor(manager).request((session) => session.login('ada')),
    ).rejects.toMatchObject(timeout)
    expect(failed.mock.calls.map(([event]) => event.operation)).toEqual(
      Array.from({ length: 3 }, () => 'securityStamp'),
    )
    securityStamp.mockReturnValue('first stamp of ada')
    await ada.request((session) => expect(session.userId).toBe('ada'))
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('ECONNREFUSED db.internal')
      },
    ],
    ['rejects', () => Promise.reject(new Error('ECONNREFUSED db.internal'))],
    [
      'throws an error of another layer',
      () => {
        throw Object.assign(new Error('x'), { status: 401 })
      },
    ],
  ])(
    'that %s is a failure of the store, whose message tells strangers nothing',
    async (_, fail) => {
      const { securityStamp, ada } = await signedIn()
      securityStamp.mockImplementation(fail)
      const error = await ada.request().catch((thrown: Error) => thrown)
      expect(error).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', status: 503 })
      expect(String(Object(error).message)).not.toMatch(/db|stamp/i)
      securityStamp.mockReturnValue('first stamp of ada')
      await ada.request((session) => expect(session.userId).toBe('ada'))
    },
  )

  test.each([[42], [true], [{}], [Buffer.from('first')]])(
    'that returns %s has a fault, which ends no session',
    async (wrong) => {
      const { manager, securityStamp, ada } = await signedIn()
      securityStamp.mockReturnValue(wrong as unknown as string)
      await expect(ada.request()).rejects.toMatchObject(usage)
      await expect(
        createVisitor(manager).request((session) => session.login('ada')),
      ).rejects.toMatchObject(usage)
      securityStamp.mockReturnValue('first stamp of ada')
      await ada.request((session) => expect(session.userId).toBe('ada'))
    },
  )

  test.each([[undefined], [null]])('that returns %s lets nobody log in', async (none) => {
    const { manager, rows } = testManager({ securityStamp: () => none })
    const login = createVisitor(manager).request((session) => session.login('ada'))
    await expect(login).rejects.toThrow('Return a string for every user')
    expect(rows.size).toBe(0)
  })
})

describe('the stamp', () => {
  test('is nowhere in the row, and the hash of it stays through a key roll', async () => {
    const [first, second] = [randomBytes(32), randomBytes(32)]
    const { rows, ada, ...over } = await signedIn({ secretKey: first })
    const [[, row] = []] = [...rows]
    expect(Buffer.from(Object(row).value).toString('latin1')).not.toContain('first stamp')
    const rolled = testManager(
      { secretKey: [second, first], indexKey: first, securityStamp: () => 'first stamp of ada' },
      { ...over, rows },
    )
    await ada.at(rolled.manager).request((session) => expect(session.userId).toBe('ada'))
  })

  test('of one user is not that of another with the same password', async () => {
    const { manager, rows } = testManager({ securityStamp: () => 'same' })
    for (const user of ['ada', 'bob'])
      await createVisitor(manager).request((session) => session.login(user))
    const stamps = [...rows.values()].map((row) => Buffer.from(Object(row).value).subarray(-20))
    expect(stamps[0]).not.toEqual(stamps[1])
  })

  test('refuses a session that the store cannot end, and ends it with a later request', async () => {
    const { manager, securityStamp, ada, fail, rows } = await signedIn()
    const ended = vi.fn()
    manager.on('ended', ended)
    securityStamp.mockReturnValue('changed')
    for (const operations of ['replace', 'remove'] as const) {
      const outage = fail(operations)
      await ada.request((session) => expect(session.ended).toBe('revoked'))
      outage.stop()
      expect(ended).not.toHaveBeenCalled()
    }
    await ada.request((session) => expect(session.ended).toBe('revoked'))
    expect(ended).toHaveBeenCalledOnce()
    expect([...rows.values()]).toMatchObject([{ ended: 'revoked' }])
  })

  test('does not end the session of a request that is running, which can log in again', async () => {
    const { securityStamp, ada } = await signedIn()
    await ada.request(async (session) => {
      securityStamp.mockReturnValue('changed')
      session.data['n'] = 1
      await session.login('ada')
    })
    await ada.request((session) => expect([session.userId, session.data['n']]).toEqual(['ada', 1]))
  })
})

test('a securityStamp that is no function is refused', () => {
  const wrong = 'stamp' as unknown as SecurityStamp
  expect(() => testManager({ securityStamp: wrong })).toThrow(
    'securityStamp is string, not a function',
  )
})

test('a login with a stamp is refused by a manager that compares none', async () => {
  const { manager, rows } = testManager({}, testBackend())
  const login = createVisitor(manager).request((session) =>
    session.login('ada', { securityStamp: 'first' }),
  )
  await expect(login).rejects.toMatchObject(usage)
  expect(rows.size).toBe(0)
})
