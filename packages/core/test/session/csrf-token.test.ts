import { createHmac, randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import type { ConfigOptions } from '../../src/options/options.ts'
import { createKeyring } from '../../src/record/keyring.ts'
import { createCsrfTokens } from '../../src/session/csrf-token.ts'
import { testManager, visit } from '../support.ts'

/** A visitor with a kept session, and the token of a form that was served to it. */
async function withForm(options: Partial<ConfigOptions> = {}) {
  const made = testManager(options)
  const visitor = createVisitor(made.manager)
  const token = await visitor.request((session) => session.csrfToken())
  const accepts = (given: unknown = token) =>
    visitor.request((session) => session.verifyCsrfToken(given))
  return { ...made, visitor, token, accepts }
}

describe('a CSRF token', () => {
  test('is good in the next requests of its session, as often as it is sent', async () => {
    const { accepts } = await withForm()
    expect(await accepts()).toBe(true)
    expect(await accepts()).toBe(true)
  })

  test('is another one each time, and all of them are good', async () => {
    const { visitor, accepts } = await withForm()
    const tokens: string[] = []
    await visitor.request((session) => {
      for (let count = 0; count < 100; count++) tokens.push(session.csrfToken())
    })
    expect(new Set(tokens.map((token) => token.slice(0, 8))).size).toBe(100)
    expect(new Set(tokens.map((token) => token.slice(23, 31))).size).toBe(100)
    for (const token of tokens.slice(0, 3)) expect(await accepts(token)).toBe(true)
  })

  test('outlives rotations by age: a form that was open for an hour still posts', async () => {
    const { visitor, clock, accepts } = await withForm()
    const first = visitor.cookie
    for (let minute = 0; minute < 60; minute += 5) {
      clock.now += 5 * 60_000
      await visitor.request()
    }
    expect(visitor.cookie).not.toBe(first)
    expect(await accepts()).toBe(true)
  })

  test.each([
    ['rotate()', (session: { rotate(): void }) => session.rotate()],
    ['a login', (session: { login(user: string): Promise<void> }) => session.login('ada')],
    ['a logout', (session: { destroy(): Promise<void> }) => session.destroy()],
  ] as const)('is dead after %s', async (_, act) => {
    const { visitor, accepts } = await withForm()
    await visitor.request(act)
    expect(await accepts()).toBe(false)
  })

  test('is dead after a re-authentication', async () => {
    const { visitor, accepts } = await withForm()
    await visitor.request((session) => session.login('ada'))
    let token = ''
    await visitor.request((session) => {
      token = session.csrfToken()
    })
    expect(await accepts(token)).toBe(true)
    await visitor.request((session) => session.login('ada'))
    expect(await accepts(token)).toBe(false)
  })

  test('asked for after rotate() leaves with the new cookie and is good there', async () => {
    const { visitor, accepts } = await withForm()
    let token = ''
    await visitor.request((session) => {
      session.rotate()
      token = session.csrfToken()
    })
    expect(await accepts(token)).toBe(true)
  })

  test('of another session, another manager or another purpose is refused', async () => {
    const mine = await withForm()
    const theirs = await withForm()
    expect(await mine.accepts(theirs.token)).toBe(false)

    const { id } = (await visit(mine.visitor)).session
    const keyring = createKeyring({ secretKey: randomBytes(32), cookieName: 'sid' })
    for (const key of [...keyring.derive('token')(), ...keyring.derive('csrf')()]) {
      const nonce = mine.token.slice(0, 22)
      const mac = createHmac('sha256', key).update(`${id}!0!${nonce}`).digest().subarray(0, 24)
      expect(await mine.accepts(`${nonce}.${mac.toString('base64url')}`)).toBe(false)
    }
  })

  test('with any one character changed is refused', async () => {
    const { token, accepts } = await withForm()
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A'
      expect(await accepts(token.slice(0, at) + other + token.slice(at + 1)), `at ${at}`).toBe(
        false,
      )
    }
  })

  test('cut, prolonged or of another type is refused', async () => {
    const { token, accepts } = await withForm()
    const others = [
      token.slice(0, -1),
      `${token}A`,
      `${token}\n`,
      ` ${token}`,
      '',
      [token],
      { token },
    ]
    for (const other of [...others, new String(token), 1, null, true])
      expect(await accepts(other)).toBe(false)
  })

  test('is made by the first key and verified by all', () => {
    const [old, young] = [randomBytes(32), randomBytes(32)]
    const keysOf = (secretKey: Uint8Array[]) =>
      createKeyring({ secretKey, indexKey: old, cookieName: 'sid' }).derive('csrf')
    const state = { opened: undefined, ended: undefined, mustRotate: false } as never
    const before = createCsrfTokens(keysOf([old])).mint(state, 'id')
    const after = createCsrfTokens(keysOf([young, old]))
    expect(after.verify(state, 'id', before)).toBe(true)
    expect(createCsrfTokens(keysOf([young])).verify(state, 'id', before)).toBe(false)
    expect(createCsrfTokens(keysOf([old])).verify(state, 'id', after.mint(state, 'id'))).toBe(false)
  })
})

describe('a new session', () => {
  test('is kept, empty, where a token was asked for, and only there', async () => {
    const { manager, calls } = testManager()
    await createVisitor(manager).request((session) => session.verifyCsrfToken('rubbish'))
    expect(calls).toEqual([])
    const visitor = createVisitor(manager)
    const { carrier } = await visit(visitor, (session) => session.csrfToken())
    expect(calls).toEqual(['insert'])
    expect(carrier.setCookies).toHaveLength(1)
    await visitor.request((session) => session.csrfToken())
    expect(calls).toEqual(['insert', 'find'])
  })

  test('keeps the id that the token names, whatever writes it first', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    let token = ''
    await visitor.request(async (session) => {
      token = session.csrfToken()
      await session.update((data) => {
        data['a'] = 1
      })
    })
    await visitor.request((session) => expect(session.verifyCsrfToken(token)).toBe(true))
  })

  test('that can no longer be kept has no token', async () => {
    const { manager } = testManager()
    const { session, carrier } = await createVisitor(manager).begin()
    carrier.sent = true
    expect(() => session.csrfToken()).toThrow(expect.objectContaining({ code: 'ERR_SESSION_LATE' }))
    const readOnly = await manager.read({})
    expect(() => readOnly.csrfToken()).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_READ_ONLY' }),
    )
  })

  test('that was destroyed again is not kept', async () => {
    const { manager, calls } = testManager()
    await createVisitor(manager).request(async (session) => {
      session.csrfToken()
      await session.destroy()
    })
    expect(calls).toEqual([])
  })
})

test('a kept session has a token even where it can only be looked at', async () => {
  const { manager, visitor, accepts } = await withForm()
  const session = await manager.read({ cookie: visitor.cookie })
  expect(await accepts(session.csrfToken())).toBe(true)
})

test('the login form of a session that somebody ended posts, and its older forms do not', async () => {
  const { manager, visitor, token, accepts } = await withForm()
  const { id } = (await visit(visitor)).session
  await manager.revoke(id)
  let fresh = ''
  await visitor.request((session) => {
    expect(session.ended).toBe('revoked')
    fresh = session.csrfToken()
  })
  expect(await accepts(fresh)).toBe(true)
  expect(await accepts(token)).toBe(false)
})

test('where the store is in trouble, asking is the trouble and never a refusal', async () => {
  const { visitor, token, fail } = await withForm({ onStoreError: 'anonymous' })
  fail('find')
  await visitor.request((session) => {
    expect(session.isReadOnly).toBe(true)
    expect(() => session.csrfToken()).toThrow(expect.objectContaining({ status: 503 }))
    expect(() => session.verifyCsrfToken(token)).toThrow(expect.objectContaining({ status: 503 }))
  })
})
