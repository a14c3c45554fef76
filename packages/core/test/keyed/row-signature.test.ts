import { randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import type { SignRows } from '../../src/keyed/row-signature.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import type { ConfigOptions } from '../../src/options/options.ts'
import { devConfig } from '../../src/options/presets.ts'
import type { Secret } from '../../src/record/secret.ts'
import type { Row } from '../../src/store/backend.ts'
import { type TestBackend, testBackend } from '../support.ts'

const secret = randomBytes(32)

/** Returns a server over a backend, the users that its requests find, and the rows that it calls corrupt. */
function serve(
  over: TestBackend,
  signRows?: SignRows,
  secrets: readonly Secret[] = [secret],
  names: Pick<ConfigOptions, 'namespace' | 'cookieName' | 'clock' | 'rotationInterval'> = {},
) {
  const store = keyedStore(over.backend, signRows === undefined ? {} : { signRows })
  const options = { store, warn: () => undefined, indexKey: secret, ...names }
  const manager = createSessionManager<Record<string, unknown>>(devConfig(secrets[0], options))
  const rolled =
    secrets.length > 1 ? { ...devConfig(secrets[0], options), secretKey: secrets } : undefined
  const server = rolled ? createSessionManager<Record<string, unknown>>(rolled) : manager
  const corrupt = vi.fn()
  server.on('corrupt', corrupt)
  const logIn = async (userId: string) => {
    const visitor = createVisitor(server)
    await visitor.request(async (session) => {
      await session.login(userId)
      session.data['n'] = 1
    })
    return visitor
  }
  const userOf = (cookie: string | undefined) =>
    createVisitor(server, cookie).request(({ userId }) => userId)
  return { manager: server, corrupt, logIn, userOf }
}

function rowOf(over: TestBackend): [string, Row] {
  const [entry] = over.rows
  return entry as [string, Row]
}

describe('a signed row', () => {
  test('opens its session through changes, rotations and a new server', async () => {
    const over = testBackend()
    const { logIn, userOf } = serve(over, true)
    const ada = await logIn('ada')
    await ada.request((session) => session.rotate())
    await ada.request((session) => session.update((data) => Object.assign(data, { n: 2 })))
    expect(rowOf(over)[1].value[0]).toBe(2)
    expect(await userOf(ada.cookie)).toBe('ada')
    expect(await serve(over, true).userOf(ada.cookie)).toBe('ada')
    expect(await serve(over, 'write').userOf(ada.cookie)).toBe('ada')
    expect(await serve(over).userOf(ada.cookie)).toBe('ada')
  })

  test.each([true, 'write'] as const)(
    'of which any byte is changed opens nothing, with %s',
    async (mode) => {
      const over = testBackend()
      const { logIn, userOf, corrupt, manager } = serve(over, mode)
      const ada = await logIn('ada')
      const [id, row] = rowOf(over)
      for (let at = 1; at < row.value.length; at++) {
        const value = row.value.slice()
        value[at] = (value[at] ?? 0) ^ 1
        over.rows.set(id, { ...row, value })
        expect(await userOf(ada.cookie), `byte ${at}`).toBeUndefined()
      }
      expect(corrupt).toHaveBeenCalledTimes(row.value.length - 1)
      for (const length of [0, 1, 16, 17, row.value.length - 1]) {
        over.rows.set(id, { ...row, value: row.value.slice(0, length) })
        expect(await userOf(ada.cookie), `${length} bytes`).toBeUndefined()
      }
      expect(await manager.sessions('ada')).toEqual([])
      over.rows.set(id, row)
      expect(await userOf(ada.cookie)).toBe('ada')
    },
  )

  test('of another id, another application or another key opens nothing', async () => {
    const over = testBackend()
    const { logIn, userOf } = serve(over, true)
    const [ada, eve] = [await logIn('ada'), await logIn('ada')]
    const [[one, first], [two, second]] = [...over.rows] as [[string, Row], [string, Row]]
    over.rows.set(one, { ...first, value: second.value })
    over.rows.set(two, { ...second, value: first.value })
    for (const { cookie } of [ada, eve]) expect(await userOf(cookie)).toBeUndefined()
    const others = testBackend()
    await serve(others, true, [randomBytes(32)]).logIn('ada')
    over.rows.set(one, { ...first, value: rowOf(others)[1].value })
    expect(await userOf(ada.cookie)).toBeUndefined()
    over.rows.set(one, first)
    expect(await userOf(ada.cookie)).toBe('ada')
  })

  test('is listed by a manager of the same namespace with another cookie', async () => {
    const over = testBackend()
    await serve(over, true, [secret], { namespace: 'shop' }).logIn('ada')
    const admin = serve(over, true, [secret], { namespace: 'shop', cookieName: 'admin' })
    expect(await admin.manager.sessions('ada')).toHaveLength(1)
    expect(admin.corrupt).not.toHaveBeenCalled()
  })

  test('stays valid while the key that signed it is in the list', async () => {
    const over = testBackend()
    const ada = await serve(over, true).logIn('ada')
    expect(await serve(over, true, [randomBytes(32), secret]).userOf(ada.cookie)).toBe('ada')
  })
})

describe('a touch signs anew', () => {
  /** Servers whose clock stands an hour, or two, after the login; no rotation by age is due for long. */
  function servers() {
    const over = testBackend()
    const now = { at: Date.UTC(2030, 0, 1) }
    const times = { clock: () => now.at, rotationInterval: '30d' } as const
    const server = (signRows: SignRows, secrets?: readonly Secret[]) =>
      serve(over, signRows, secrets, times)
    const hourLater = () => {
      now.at += 3_600_000
    }
    return { over, server, hourLater }
  }

  test('what a server wrote by an older key, beside one that had rolled its keys', async () => {
    const { over, server, hourLater } = servers()
    const next = randomBytes(32)
    const [before, rolled, after] = [[secret, next], [next, secret], [next]]
    const ada = await server(true, before).logIn('ada')
    hourLater()
    const visitor = createVisitor(server(true, rolled).manager, ada.cookie)
    await visitor.request() // offers a token of the new key
    hourLater()
    await visitor.request() // confirms it
    await createVisitor(server(true, before).manager, visitor.cookie).request(({ data }) => {
      data['n'] = 2
    })
    hourLater()
    const [, { version }] = rowOf(over)
    expect(await server(true, rolled).userOf(visitor.cookie)).toBe('ada')
    expect(await server(true, after).userOf(visitor.cookie)).toBe('ada')
    hourLater()
    const [, { version: signed }] = rowOf(over)
    expect(signed).not.toBe(version)
    expect(await server(true, rolled).userOf(visitor.cookie)).toBe('ada')
    expect(rowOf(over)[1].version).toBe(signed) // a touch alone
  })

  test("an unsigned row, with 'write', and leaves it with false", async () => {
    const { over, server, hourLater } = servers()
    const ada = await server(false).logIn('ada')
    hourLater()
    const [, { version }] = rowOf(over)
    expect(await server(false).userOf(ada.cookie)).toBe('ada')
    expect(rowOf(over)[1].version).toBe(version)
    hourLater()
    expect(await server('write').userOf(ada.cookie)).toBe('ada')
    expect(await server(true).userOf(ada.cookie)).toBe('ada')
  })
})

describe('an unsigned row', () => {
  test("opens nothing with true, and with 'write' until its next change signs it", async () => {
    const over = testBackend()
    const ada = await serve(over).logIn('ada')
    const strict = serve(over, true)
    expect(await strict.userOf(ada.cookie)).toBeUndefined()
    expect(strict.corrupt).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        cause: expect.objectContaining({ message: expect.stringMatching(/'write' opens/) }),
      }),
    )
    const lenient = serve(over, 'write')
    await createVisitor(lenient.manager, ada.cookie).request(({ data }) => {
      data['n'] = 2
    })
    expect(await strict.userOf(ada.cookie)).toBe('ada')
  })
})

test.each([['read'], [1], [null]])('signRows: %s is refused', (signRows) => {
  const options = { signRows } as unknown as { signRows: SignRows }
  expect(() => keyedStore(testBackend().backend, options)).toThrow("Give true, 'write'")
})
