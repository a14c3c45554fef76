import { randomBytes } from 'node:crypto'
import {
  createTestCarrier,
  createVisitor,
  signInBrowser,
  testDeviceProtocol,
} from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import type { SessionManager } from '../../src/manager/manager.ts'
import { minute } from '../contexts.ts'
import { testBackend, testManager } from '../support.ts'

const deviceBound = testDeviceProtocol()

const post = (manager: SessionManager<never>, headers: Record<string, string>, path = '/device') =>
  manager.route?.({ method: 'POST', path }, createTestCarrier({ headers }))

/** Logs in and returns the response of the login. */
async function logIn(manager: SessionManager<never>, request: object = {}) {
  const carrier = createTestCarrier(request)
  const session = await manager.load(carrier)
  await session.login('ann')
  await manager.commit(session, carrier)
  return carrier
}

describe('a route', () => {
  test('is asked for by the path that the client sent, without its query', async () => {
    const { manager } = testManager({ deviceBound })
    const carrier = createTestCarrier()
    for (const path of ['/', '/device/', '/devices', '/DEVICE', '//device', '/x?/device'])
      expect(manager.route?.({ method: 'POST', path }, carrier)).toBeUndefined()
    const answer = await manager.route?.({ method: 'POST', path: '/device?a=/b' }, carrier)
    expect(answer).toEqual({
      status: 401,
      headers: [
        ['Cache-Control', 'no-store'],
        ['Cross-Origin-Resource-Policy', 'same-origin'],
      ],
      body: undefined,
    })
  })

  test('cannot tell of a request whose cookies are too many, or of two sessions', async () => {
    const { manager } = testManager({ deviceBound })
    const [one, other] = [await logIn(manager as never), await logIn(manager as never)]
    const pairOf = ({ setCookies }: { setCookies: readonly string[] }) =>
      (setCookies[0] ?? '').split(';', 1).join()
    for (const cookie of [
      `${pairOf(one)}; ${pairOf(other)}`,
      Array.from({ length: 300 }, (_, n) => `c${n}=${n}`).join('; '),
    ]) {
      const answer = await post(manager as never, { cookie, 'test-binding': 'd' }, '/device/next')
      expect([answer?.status, answer?.headers.at(-1)]).toEqual([503, ['Retry-After', '1']])
    }
  })

  test('keeps the key of a record that cannot be decoded', async () => {
    const { manager, rows } = testManager({ deviceBound })
    const browser = await signInBrowser(manager)
    await browser.register()
    for (const [id, row] of rows)
      if ('value' in row) rows.set(id, { ...row, value: row.value.slice(0, 20) })
    expect((await browser.refresh()).status).toBe(503)
  })

  test('passes on what a protocol throws that is no error of Sojourn', async () => {
    const failing = { ...deviceBound, respond: () => Promise.reject(new TypeError('broken')) }
    const { manager } = testManager({ deviceBound: failing })
    await expect(post(manager as never, {})).rejects.toThrow('broken')
  })

  test('says that a session is over whose user has another stamp', async () => {
    const stamps = { now: 'a' }
    const { manager } = testManager({ deviceBound, securityStamp: () => stamps.now })
    const browser = await signInBrowser(manager)
    await browser.register()
    expect((await browser.refresh()).status).toBe(200)
    stamps.now = 'b'
    expect((await browser.refresh()).body).toBe('{"over":true}')
  })

  test('compares no fingerprint: browsers send other headers with these requests', async () => {
    const fingerprint = { of: ['accept-language'], onMismatch: 'destroy' } as const
    const { manager } = testManager({ deviceBound, fingerprint })
    const browser = await signInBrowser(manager)
    await browser.register()
    expect((await browser.refresh({ headers: { 'accept-language': 'de' } })).status).toBe(200)
    expect(await browser.binding()).toBe('bound')
  })
})

test('a key roll ends no binding, and the challenges and cookies from before it are taken', async () => {
  const [old, now, indexKey] = [randomBytes(32), randomBytes(32), randomBytes(32)]
  const over = testBackend()
  const before = testManager({ deviceBound, indexKey, secretKey: [old] }, over)
  const during = testManager({ deviceBound, indexKey, secretKey: [now, old] }, over)
  const after = testManager({ deviceBound, indexKey, secretKey: [now] }, over)
  const browser = await signInBrowser(before.manager)
  await browser.register()
  await browser.binding()
  const { manager } = during
  expect(await browser.binding(browser.visitor.at(manager))).toBe('bound')
  during.clock.now += 16 * minute // the token rotates to the new secret meanwhile
  expect((await browser.refresh({ at: manager })).status).toBe(403)
  expect((await browser.refresh({ at: manager })).status).toBe(200)
  for (let n = 0; n < 3; n++) {
    during.clock.now += minute
    expect(await browser.binding(browser.visitor.at(manager))).toBe('bound')
  }
  after.clock.now = during.clock.now
  expect((await browser.refresh({ at: after.manager })).status).toBe(200)
  expect(await browser.binding(browser.visitor.at(after.manager))).toBe('bound')
})

describe('a session is offered to be bound', () => {
  const offerOf = async (options: object, request: object = {}) =>
    (await logIn(testManager({ deviceBound, ...options }).manager as never, request)).get(
      'test-registration',
    )

  test('with a login over HTTPS, in the cookie', async () => {
    expect(await offerOf({})).toMatch(/^[\w.-]{60,}$/)
    expect(await offerOf({}, { secure: false })).toBeUndefined()
    const tokenIn = ['cookie', 'bearer']
    expect(await offerOf({ tokenIn }, { headers: { authorization: 'Bearer' } })).toBeUndefined()
  })

  test('not while it is anonymous, and with the rotation by age if it was not bound before', async () => {
    const { manager, clock } = testManager({ deviceBound })
    const visitor = createVisitor(manager)
    const offered = async (act: Parameters<typeof visitor.request>[0]) => {
      const { session, carrier, finish } = await visitor.begin()
      await act?.(session)
      await finish()
      return carrier.responseHeaders.has('test-registration')
    }
    expect(await offered(({ data }) => void Object.assign(data, { n: 1 }))).toBe(false)
    expect(await offered((session) => session.login('ann'))).toBe(true)
    expect(await offered(() => undefined)).toBe(false)
    clock.now += 16 * minute
    expect(await offered(() => undefined)).toBe(true)
  })

  test('once, if a response is committed twice', async () => {
    const { manager } = testManager({ deviceBound })
    const carrier = createTestCarrier()
    const session = await manager.load(carrier)
    await session.login('ann')
    await manager.commit(session, carrier)
    await manager.commit(session, carrier)
    expect(carrier.get('test-registration')).not.toContain(',')
    carrier.responseHeaders.clear() // as a framework does for an error
    await manager.commit(session, carrier)
    expect(carrier.get('test-registration')).toBeDefined()
  })
})

test('a browser that does not take part costs the same calls of the store', async () => {
  const used = async (options: object) => {
    const { manager, clock, calls } = testManager(options)
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('ann'))
    for (let n = 0; n < 40; n++) {
      clock.now += minute
      await visitor.request(({ data }) => void (n % 3 === 0 && Object.assign(data, { n })))
    }
    return [...calls]
  }
  expect(await used({ deviceBound })).toEqual(await used({}))
})

test('a login of another user takes nothing over from a session that is bound elsewhere', async () => {
  const { manager } = testManager({ deviceBound })
  const browser = await signInBrowser(manager)
  const thief = browser.visitor.copy()
  await browser.register()
  await browser.binding()
  expect(await thief.request((session) => session.ended)).toBe('unbound')
  await thief.request((session) => session.login('mallory'))
  expect(await thief.request((session) => session.userId)).toBe('mallory')
  expect(await browser.binding()).toBe('bound')
})
