import { equal, match } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { GuardSpec, Route } from '../binding-app.ts'
import type { BindingCase, BindingFixture, Method } from '../binding-fixture.ts'

const text = { kind: 'text', body: 'fine' } as const
const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: text,
}
const rotate: Route = {
  path: '/rotate',
  handle: ({ session }) => session?.rotate(),
  response: text,
}
const logout: Route = {
  path: '/logout',
  handle: ({ session }) => session?.destroy(),
  response: text,
}
const behind = (guard: GuardSpec): Route => ({
  path: '/guarded',
  guard,
  handle: () => undefined,
  response: text,
})
const needs = ['guards']

/** One entry of Go 1.25's table: the headers of a POST that say where it comes from, and the status it gets. */
type Entry = readonly [headers: Readonly<Record<string, string>>, status: 200 | 403]

const trusted = 'https://trusted.example'
const tableOf = (own: string): readonly Entry[] => [
  [{ 'sec-fetch-site': 'same-origin' }, 200],
  [{ 'sec-fetch-site': 'none' }, 200],
  [{ 'sec-fetch-site': 'cross-site' }, 403],
  [{ 'sec-fetch-site': 'same-site' }, 403],
  [{ 'sec-fetch-site': 'unheard-of' }, 403],
  [{ 'sec-fetch-site': 'same-origin, same-origin' }, 403],
  [{ 'sec-fetch-site': 'cross-site', origin: own }, 403],
  [{ 'sec-fetch-site': 'cross-site', 'x-http-method-override': 'GET' }, 403],
  [{ 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }, 403],
  [{ 'sec-fetch-site': 'cross-site', 'content-type': 'TEXT/PLAIN' }, 403],
  [{ 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }, 403],
  [{ 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }, 200],
  [{}, 200],
  [{ origin: own }, 200],
  [{ origin: 'https://attacker.example' }, 403],
  [{ origin: 'null' }, 403],
  [{ origin: own.replace(/^https?:/, 'chrome-extension:') }, 403],
  [{ origin: trusted }, 200],
  [{ origin: trusted, 'sec-fetch-site': 'cross-site' }, 200],
  [{ origin: `${trusted}.evil` }, 403],
  [{ origin: `${own}.` }, 403],
  [{ origin: `${own}/` }, 403],
  [{ origin: `${own}, ${own}` }, 403],
  [{ origin: 'https://attacker.example', 'x-forwarded-host': 'attacker.example' }, 403],
  [{ origin: 'https://attacker.example', forwarded: 'host=attacker.example' }, 403],
  [{ origin: 'https://attacker.example', 'x-original-host': 'attacker.example' }, 403],
]

/** H6: requests that other sites make a browser send are refused, in every framework by the same table. */
export const csrf: readonly BindingCase[] = [
  {
    id: 'H6.1',
    title: "csrf decides as Go's table says, whatever the content type, and lets GET and HEAD pass",
    needs,
    async run(fixture) {
      const guard = { kind: 'csrf', options: { trustedOrigins: [trusted] } } as const
      const { request, url, takeCalls } = await fixture.serve([behind(guard)])
      for (const [headers, status] of tableOf(url)) {
        const body = headers['content-type'] && '{}'
        const reply = await request('/guarded', { method: 'POST', headers, body })
        equal(reply.status, status, JSON.stringify(headers))
        match(reply.headers.get('vary') ?? '', /origin/i)
        match(reply.headers.get('vary') ?? '', /sec-fetch-site/i)
      }
      for (const method of ['GET', 'HEAD'] as const) {
        const headers = { 'sec-fetch-site': 'cross-site' }
        equal((await request('/guarded', { method, headers })).status, 200)
      }
      deepEqual(takeCalls(), [])
    },
  },
  {
    id: 'H6.2',
    title: 'csrf that is strict refuses what says neither its site nor its origin',
    needs,
    async run(fixture) {
      const { request } = await fixture.serve([behind({ kind: 'csrf', options: { strict: true } })])
      const headers = { 'sec-fetch-site': 'same-origin' }
      equal((await request('/guarded', { method: 'POST' })).status, 403)
      equal((await request('/guarded', { method: 'POST', headers })).status, 200)
    },
  },
  {
    id: 'H6.3',
    title: "csrf with a token wants this session's own from a header, and no other",
    needs,
    async run(fixture) {
      const { request, page, post } = await withForms(fixture)
      const theirs = await page('')
      const { cookie, token } = await page('')
      equal(await post(cookie, { token }), 200)
      const [, , , ...ownParts] = cookie.split('.')
      for (const wrong of [
        undefined,
        '',
        theirs.token,
        token.slice(0, -1),
        `${token}, ${token}`,
        ownParts.join('.'), // signed too, for another purpose
        cookie.slice('sid='.length),
      ])
        equal(await post(cookie, { token: wrong }), 403, String(wrong))
      equal(await post(theirs.cookie, { token: theirs.token }), 200)
      const headers = { cookie, 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' }
      equal((await request('/guarded', { method: 'POST', headers })).status, 403)
    },
  },
  {
    id: 'H6.4',
    title: 'a CSRF token dies with a login, a rotation and a logout, and the next page has another',
    needs,
    async run(fixture) {
      const { request, page, post } = await withForms(fixture)
      let { cookie, token } = await page('')
      for (const path of ['/login', '/rotate'] as const) {
        cookie = (await request(path, { headers: { cookie } })).cookie
        equal(await post(cookie, { token }), 403, path)
        token = (await page(cookie)).token
        equal(await post(cookie, { token }), 200, path)
      }
      await request('/logout', { headers: { cookie } })
      equal(await post(cookie, { token }), 403)
    },
  },
  {
    id: 'H6.5',
    title: 'csrf finds the token in the form field _csrf, where no header has one',
    needs: [...needs, 'forms'],
    async run(fixture) {
      const { page, post } = await withForms(fixture)
      const theirs = await page('')
      const { cookie, token } = await page('')
      equal(await post(cookie, { field: token }), 200)
      for (const wrong of [undefined, '', theirs.token])
        equal(await post(cookie, { field: wrong }), 403, String(wrong))
      equal(await post(cookie, { field: token, token: theirs.token }), 403)
      for (const twice of [
        [token, token],
        [token, theirs.token],
        [theirs.token, token],
      ])
        equal(await post(cookie, { field: twice }), 403, 'a field that stands there twice')
    },
  },
  {
    id: 'H6.6',
    title:
      'only GET, HEAD and OPTIONS pass unasked, and no header makes another method one of them',
    needs,
    async run(fixture) {
      const { request } = await fixture.serve([behind({ kind: 'csrf' })])
      const status = async (method: Method, more: Readonly<Record<string, string>> = {}) => {
        const headers = { 'sec-fetch-site': 'cross-site', ...more }
        return (await request('/guarded', { method, headers })).status
      }
      for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) equal(await status(method), 200)
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'] as const) {
        equal(await status(method), 403, method)
        equal(await status(method, { 'x-http-method-override': 'GET' }), 403, method)
        equal(await status(method, { 'sec-fetch-site': 'same-origin' }), 200, method)
      }
    },
  },
  {
    id: 'H6.7',
    title:
      'behind a trusted proxy that ends TLS, a page of this host over plain HTTP is another site',
    needs: [...needs, 'trustProxy'],
    async run(fixture) {
      const { request, url } = await fixture.serve([behind({ kind: 'csrf' })], { trustProxy: true })
      const status = async (origin: string) => {
        const headers = { 'x-forwarded-proto': 'https', origin }
        return (await request('/guarded', { method: 'POST', headers })).status
      }
      equal(await status(url.replace(/^https?:/, 'https:')), 200)
      equal(await status(url.replace(/^https?:/, 'http:')), 403)
    },
  },
]

/** Serves an application whose forms have a token: `page` gets one, `post` sends it in a header or a field. */
async function withForms(fixture: BindingFixture) {
  let pageToken = ''
  const form: Route = {
    path: '/form',
    handle({ session }) {
      pageToken = session?.csrfToken() ?? ''
    },
    response: text,
  }
  const guarded = behind({ kind: 'csrf', options: { token: true } })
  const { request } = await fixture.serve([form, login, rotate, logout, guarded])
  const page = async (cookie: string) => {
    const reply = await request('/form', cookie ? { headers: { cookie } } : {})
    return { cookie: reply.cookie || cookie, token: pageToken }
  }
  const post = async (
    cookie: string,
    given: { token?: string | undefined; field?: string | readonly string[] | undefined },
  ) => {
    const { token, field } = given
    const headers = { cookie, ...(token === undefined ? {} : { 'x-csrf-token': token }) }
    const form = new URLSearchParams({ name: 'ann' })
    for (const value of [field ?? []].flat()) form.append('_csrf', value)
    const sent = 'field' in given ? { body: form } : {}
    return (await request('/guarded', { method: 'POST', headers, ...sent })).status
  }
  return { request, page, post }
}
