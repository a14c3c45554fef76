import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, keyedStore, type Session } from '@sojourn/core'
import { csrf, requireRecent, requireSession, sessions } from '@sojourn/web'
import { expect, test } from 'vitest'

/** A visitor, logged in, who asks for what `guard` stands before. */
async function stage(guard: (request: Request, session: Session) => unknown) {
  const clock = { now: Date.UTC(2026, 10, 25) }
  const store = keyedStore(referenceBackend())
  const manager = createSessionManager(
    devConfig(randomBytes(32), { store, clock: () => clock.now, warn: () => undefined }),
  )
  const withSession = sessions(manager)
  const login = await withSession(new Request('http://localhost/'), async (session) => {
    await session.login('ann')
    return new Response(session.csrfToken())
  })
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const ask = (init: RequestInit = {}) => {
    const request = new Request('http://localhost/', init)
    return withSession(request, async (session) => {
      await guard(request, session)
      return new Response(request.method === 'POST' ? await request.text() : 'yours')
    }).catch((thrown: unknown) => thrown as Response)
  }
  return { ask, cookie, clock, token: await login.text() }
}

test('a guard of logged-in users lets them pass, and refuses strangers or throws a redirect', async () => {
  const guarded = await stage(requireSession())
  const { cookie } = guarded
  expect((await guarded.ask()).status).toBe(401)
  expect(await (await guarded.ask({ headers: { cookie } })).text()).toBe('yours')
  const redirected = await (await stage(requireSession({ redirectTo: '/login' }))).ask()
  expect([redirected.status, redirected.headers.get('location')]).toEqual([303, '/login'])
})

test('a guard of recent logins lets pass only until then', async () => {
  const { ask, cookie, clock } = await stage(requireRecent('10m'))
  expect((await ask({ headers: { cookie } })).status).toBe(200)
  clock.now += 11 * 60_000
  expect((await ask({ headers: { cookie } })).status).toBe(401)
})

test('what another site has a browser send is refused', async () => {
  const { ask } = await stage(csrf())
  const post = (site: string) => ask({ method: 'POST', headers: { 'sec-fetch-site': site } })
  expect((await post('same-origin')).status).toBe(200)
  const refused = await post('cross-site')
  expect([refused.status, refused.headers.get('vary')]).toEqual([
    403,
    expect.stringContaining('Origin, Sec-Fetch-Site'),
  ])
})

test('a token is found in the header or in a form, whose body the handler can still read', async () => {
  const { ask, cookie, token } = await stage(csrf({ token: true }))
  const post = (body: URLSearchParams, headers: Record<string, string> = {}) =>
    ask({ method: 'POST', headers: { cookie, ...headers }, body })
  const filled = new URLSearchParams({ _csrf: token })
  expect((await post(new URLSearchParams())).status).toBe(403)
  expect((await post(new URLSearchParams(), { 'x-csrf-token': token })).status).toBe(200)
  expect(await (await post(filled)).text()).toBe(filled.toString())
})
