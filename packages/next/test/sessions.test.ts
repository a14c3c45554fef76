/** What runs without Next.js. The rest is tested on its servers, by `test:frameworks`. */
import { randomBytes } from 'node:crypto'
import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { logIn } from '@sojourn/core/testing'
import { requireSession, sessions, shareManager } from '@sojourn/next'
import { describe, expect, test } from 'vitest'

const url = 'http://localhost:3000/account'

function makeManager() {
  const { backend } = controlledBackend()
  const options = { store: keyedStore(backend), warn: () => undefined }
  return createSessionManager(devConfig(randomBytes(32), options))
}

describe('shareManager', () => {
  test('creates one manager for all copies of the module, and one for each name', async () => {
    const other = './share-manager.ts?other'
    const copy = await import(/* @vite-ignore */ `../src/${other.slice(2)}`)
    expect(copy.shareManager).not.toBe(shareManager)
    const manager = shareManager(makeManager)
    expect(copy.shareManager(makeManager)).toBe(manager)
    expect(shareManager(makeManager, 'admin')).not.toBe(manager)
  })
})

describe('the proxy', () => {
  test('lets no cache keep a static page with the cookie of a session', async () => {
    const { createProxy } = sessions(makeManager())
    const proxy = createProxy(async (_request, session) => {
      await session.login('ada')
      const headers = { 'x-middleware-next': '1', 'cache-control': 's-maxage=31536000' }
      return new Response(null, { headers })
    })
    const { headers } = await proxy(new Request(url))
    expect(headers.getSetCookie()).toHaveLength(1)
    expect(headers.get('cache-control')).toMatch(/no-store|private/)
    expect(headers.get('x-middleware-next')).toBe('1')
  })

  test('refuses requests of other sites, unless it is told not to', async () => {
    const { createProxy } = sessions(makeManager())
    const headers = { 'sec-fetch-site': 'cross-site' }
    const cross = () => new Request(url, { method: 'POST', headers })
    const seen = () => new Response('seen')
    expect((await createProxy(seen)(cross())).status).toBe(403)
    expect((await createProxy(seen, { csrf: false })(cross())).status).toBe(200)
    const trusting = createProxy(seen, { csrf: { trustedOrigins: ['https://app.example'] } })
    const trusted = new Request(url, {
      method: 'POST',
      headers: { ...headers, origin: 'https://app.example' },
    })
    expect((await trusting(trusted)).status).toBe(200)
  })

  test('makes the address of a redirect absolute, and passes who is logged in', async () => {
    const manager = makeManager()
    const toSignIn = requireSession({ redirectTo: '/sign-in' })
    const proxy = sessions(manager).createProxy((request, session) => {
      toSignIn(request, session)
      return new Response(`Hello ${session.userId}`)
    })
    const redirect = await proxy(new Request(url))
    expect([redirect.status, redirect.headers.get('location')]).toEqual([
      303,
      'http://localhost:3000/sign-in',
    ])
    const { headers } = await logIn(manager, 'ada')
    expect(await (await proxy(new Request(url, { headers }))).text()).toBe('Hello ada')
  })

  test('sends the cookie of a session that its handler changes', async () => {
    const proxy = sessions(makeManager()).createProxy((_request, session) => {
      Object.assign(session.data, { n: 1 })
      return Response.redirect('http://localhost:3000/', 303)
    })
    const response = await proxy(new Request(url))
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^sid=/)])
  })
})

describe('X-Forwarded-Proto', () => {
  const secure = async (options?: Parameters<typeof sessions>[1], forwarded = 'https') => {
    const store = keyedStore(controlledBackend().backend)
    const config = { store, cookieName: '__Host-sid', secure: true, warn: () => undefined }
    const { withSession } = sessions(
      createSessionManager(devConfig(randomBytes(32), config)),
      options,
    )
    const request = new Request(url, { headers: { 'x-forwarded-proto': forwarded } })
    const response = await withSession(request, async (session) => {
      await session.login('ada')
      return new Response('in')
    })
    return response.headers.getSetCookie().length
  }

  test('counts if the application trusts its proxy, and not otherwise', async () => {
    expect(await secure({ trustProxy: true })).toBe(1)
    expect(await secure()).toBe(0)
  })

  test('is that of the client, if several proxies have written it', async () => {
    const trustProxy = true
    for (const forwarded of ['https,http', ' HTTPS , http'])
      expect(await secure({ trustProxy }, forwarded)).toBe(1)
    for (const forwarded of ['http,https', 'http', ''])
      expect(await secure({ trustProxy }, forwarded)).toBe(0)
  })
})

describe('a mistake', () => {
  test('is refused at once', () => {
    const invalid = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' })
    expect(() => sessions({} as never)).toThrow(invalid)
    expect(() => sessions(makeManager(), { isSecure: true } as never)).toThrow(invalid)
    const { createProxy } = sessions(makeManager())
    expect(() => createProxy(undefined, { csrf: { trustedOrigins: ['*'] } })).toThrow(invalid)
  })
})
