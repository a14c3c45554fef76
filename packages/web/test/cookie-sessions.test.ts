import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { referenceBackend } from '@sojourn/conformance/backend'
import { testDeviceProtocol } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionEvents,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { type CookieJar, cookieSessions, type JarCookie } from '@sojourn/web'
import { describe, expect, test } from 'vitest'

const secret = randomBytes(32)

interface Data {
  n?: number
}

/** A jar as Next.js has it: what was set is there at once; a cookie that ended is there with no value. */
function createJar(): CookieJar & { readonly sent: JarCookie[] } {
  const kept = new Map<string, string>([['theme', 'a; sid=b']])
  const sent: JarCookie[] = []
  return {
    sent,
    getAll: () => [...kept].map(([name, value]) => ({ name, value })),
    set(cookie) {
      sent.push(cookie)
      kept.set(cookie.name, cookie.value)
    },
  }
}

function stage(options: Partial<ConfigOptions> = {}, isSecure?: () => Promise<boolean>) {
  const store = keyedStore(referenceBackend())
  const manager = createSessionManager<Data>(
    devConfig(secret, { store, warn: () => undefined, ...options }),
  )
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  const jar = createJar()
  const cookies = async () => jar
  const sessions = cookieSessions(manager, isSecure ? { cookies, isSecure } : { cookies })
  return { ...sessions, jar, manager, discarded }
}

const count = ({ data }: { data: Data }) => {
  data.n = (data.n ?? 0) + 1
}

describe('a change', () => {
  test('sets cookies only: the header that asks a browser to bind the session is none', async () => {
    const { change, jar } = stage({ deviceBound: testDeviceProtocol() }, async () => true)
    await change((session) => session.login('ann'))
    expect(jar.sent.map(({ name }) => name)).toEqual(['sid'])
  })

  test('is kept by one cookie with all its attributes, and read by the page that follows', async () => {
    const { change, read, jar } = stage()
    await change(count)
    await change(count)
    expect(jar.sent).toEqual([
      {
        name: 'sid',
        value: expect.stringMatching(/^[\w.-]{80,}$/),
        path: '/',
        domain: undefined,
        maxAge: 2_592_000,
        httpOnly: true,
        secure: false,
        sameSite: 'lax',
        partitioned: false,
      },
    ])
    expect((await read()).data).toEqual({ n: 2 })
  })

  test('of nothing sets no cookie', async () => {
    const { change, jar } = stage()
    expect(await change(({ userId }) => userId)).toBeUndefined()
    expect(jar.sent).toEqual([])
  })

  test('takes its cookie along where a redirect is thrown', async () => {
    const { change, read, jar } = stage()
    const redirect = new Error('NEXT_REDIRECT')
    const changing = change(async (session) => {
      await session.login('ada')
      throw redirect
    })
    await expect(changing).rejects.toBe(redirect)
    expect([jar.sent.length, (await read()).userId]).toEqual([1, 'ada'])
  })

  test('after it was committed is told of as late', async () => {
    const { change, discarded } = stage()
    const session = await change((session) => session)
    await expect(session.login('ada')).rejects.toMatchObject({ code: 'ERR_SESSION_LATE' })
    count(session)
    await turn()
    expect(discarded.map(({ why }) => why)).toEqual(['late'])
  })
})

describe('a logout', () => {
  test('ends the cookie', async () => {
    const { change, read, jar, discarded } = stage()
    await change((session) => session.login('ada'))
    await change((session) => session.destroy())
    expect(jar.sent.at(-1)).toMatchObject({ name: 'sid', value: '', path: '/', maxAge: 0 })
    expect((await read()).userId).toBeUndefined()
    expect(discarded).toEqual([])
  })
})

describe('a page', () => {
  test('reads what it cannot change', async () => {
    const { change, read, jar } = stage()
    await change(count)
    const session = await read()
    expect([session.data, session.isReadOnly]).toEqual([{ n: 1 }, true])
    await expect(session.login('ada')).rejects.toMatchObject({ code: 'ERR_SESSION_READ_ONLY' })
    expect(jar.sent).toHaveLength(1)
  })

  test('meets no other cookie that pretends to be the session', async () => {
    const { change, read, discarded } = stage()
    await change(count)
    await read()
    expect(discarded).toEqual([])
  })
})

describe('a Secure cookie', () => {
  const secure = { secure: true, cookieName: '__Host-sid' }

  test('is set where the application says that the request came by HTTPS, and nowhere else', async () => {
    const plain = stage(secure)
    await plain.change(count)
    const safe = stage(secure, async () => true)
    await safe.change(count)
    expect(plain.jar.sent).toEqual([])
    expect(safe.jar.sent).toMatchObject([{ name: '__Host-sid', secure: true }])
  })
})
