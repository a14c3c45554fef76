import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type Session } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireSession, sessions } from '@sojourn/web'
import { expect, test } from 'vitest'

const manager = createSessionManager(
  devConfig(randomBytes(32), { store: keyedStore(referenceBackend()), warn: () => undefined }),
)
const withSession = sessions(manager)
const post = (init: RequestInit = {}) =>
  new Request('http://localhost/', { method: 'POST', ...init })

// What every binding's guards do is asked by the binding suite; this is what is `web`'s own.

test('a redirect answers the request, with the cookie of what was changed before it', async () => {
  const guard = requireSession({ redirectTo: ({ url }) => `/login?from=${new URL(url).pathname}` })
  const request = new Request('http://localhost/a')
  const answer = await withSession(request, (session) => {
    session.flash.add('notice', 'Log in first.')
    guard(request, session)
    return new Response('yours')
  })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?from=/a'])
  expect(answer.headers.getSetCookie()).toHaveLength(1)
})

test('an Origin is compared with the host that was asked, whatever name the server gives itself in the URL', async () => {
  const anonymous = await manager.read({})
  const headers = { host: 'shop.example', origin: 'https://shop.example' }
  await expect(csrf()(post({ headers }), anonymous)).resolves.toBeUndefined()
  const foreign = { ...headers, origin: 'http://localhost' }
  await expect(csrf()(post({ headers: foreign }), anonymous)).rejects.toThrow('another site')
})

test('a form in which csrf found its token can be read by the handler still', async () => {
  const guard = csrf({ token: true })
  const page = await withSession(
    new Request('http://localhost/'),
    (session) => new Response(session.csrfToken()),
  )
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const body = new URLSearchParams({ name: 'ada', _csrf: await page.text() })
  const request = post({ headers: { cookie }, body })
  const reply = await withSession(request, async (session) => {
    await guard(request, session)
    return new Response(await request.text())
  })
  expect(await reply.text()).toBe(body.toString())
})

test('what csrf looked at is said in any response that takes headers, and a shared one stays as it was', async () => {
  const guard = csrf()
  const shared = Response.redirect('http://localhost/next', 303)
  const answer = async (response: Response) => {
    const request = post()
    const reply = await withSession(request, async (session: Session) => {
      await guard(request, session)
      return response
    })
    return reply.headers.get('vary')
  }
  expect(await answer(shared)).toBe('Origin, Sec-Fetch-Site')
  expect(await answer(shared)).toBe('Origin, Sec-Fetch-Site')
  expect(shared.headers.get('vary')).toBeNull()
  expect(await answer(Response.error())).toBeNull()
})

test('a form that the handler has read before has no token for csrf', async () => {
  const anonymous = await manager.read({})
  const request = post({ body: new URLSearchParams({ _csrf: 'whatever' }) })
  await request.text()
  await expect(csrf({ token: true })(request, anonymous)).rejects.toMatchObject({
    code: 'ERR_CSRF_REFUSED',
  })
})

test('outside of withSession a guard decides all the same', async () => {
  const anonymous = await manager.read({})
  const headers = { 'sec-fetch-site': 'cross-site' }
  await expect(csrf()(post({ headers }), anonymous)).rejects.toThrow('another site')
  await expect(csrf()(post(), anonymous)).resolves.toBeUndefined()
})

/** A form that counts how much of it was asked for, and never ends by itself. */
function endlessForm(headers: Record<string, string> = {}) {
  const read = { bytes: 0 }
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      read.bytes += 65_536
      controller.enqueue(new Uint8Array(65_536))
    },
  })
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const init = { body, duplex: 'half', headers: { ...type, ...headers } } as RequestInit
  return { read, request: post(init) }
}

test.each([
  ['from another site is not read', { 'sec-fetch-site': 'cross-site' }, 131_072],
  ['that is no form is not read', { 'content-type': 'application/json' }, 131_072],
  ['that is above 1 MiB is not read beyond it', {}, 1_310_720],
])('a body %s, and its request is refused', async (_, headers, most) => {
  const { read, request } = endlessForm(headers)
  const guard = csrf({ token: true })
  const reply = await withSession(request, async (session) => {
    await guard(request, session)
    return new Response('done')
  })
  expect(reply.status).toBe(403)
  expect(read.bytes).toBeLessThanOrEqual(most)
})

test('a body that somebody has read has no token, and is no error', async () => {
  const request = post({ body: new URLSearchParams({ _csrf: 'x' }) })
  await request.text()
  const guard = csrf({ token: true })
  const reply = await withSession(request, async (session) => {
    await guard(request, session)
    return new Response('done')
  })
  expect(reply.status).toBe(403)
})
