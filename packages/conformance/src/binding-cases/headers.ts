import { equal, match } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'
import { put } from '../visitor.ts'

const text = { kind: 'text', body: 'fine' } as const
const quiet: Route = { path: '/quiet', handle: () => undefined, response: text }
const read: Route = { path: '/read', handle: ({ session }) => session?.data['n'], response: text }
const write: Route = {
  path: '/write',
  handle: ({ session }) => session && put({ n: 1 })(session),
  response: text,
}
const more: Route = {
  path: '/more',
  handle: ({ session }) => session && put({ m: 2 })(session),
  response: text,
}
const rotate: Route = {
  path: '/rotate',
  handle: ({ session }) => session?.rotate(),
  response: text,
}
const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: text,
}
const logout: Route = {
  path: '/logout',
  handle: ({ session }) => session?.destroy(),
  response: text,
}
const own: Route = {
  path: '/own',
  handle: ({ session }) => session && put({ n: 1 })(session),
  response: {
    kind: 'text',
    body: 'fine',
    headers: {
      'Set-Cookie': 'theme=dark',
      Vary: 'Accept-Language',
      'Cache-Control': 'public, max-age=60',
    },
  },
}

/** H3: the headers of the response, and the calls to the store. */
export const headers: readonly BindingCase[] = [
  {
    id: 'H3.1',
    title:
      'one script of requests has the same cookies and the same store calls under every binding',
    async run(fixture) {
      const { request, takeCalls } = await fixture.serve([
        quiet,
        read,
        write,
        more,
        rotate,
        login,
        logout,
      ])
      let cookie = ''
      const script: unknown[] = []
      for (const path of [
        '/quiet',
        '/read',
        '/write',
        '/read',
        '/more',
        '/rotate',
        '/login',
        '/login',
        '/read',
        '/logout',
      ]) {
        const reply = await request(path, cookie ? { headers: { cookie } } : {})
        const [line] = reply.setCookies
        if (line !== undefined) cookie = reply.cookie
        script.push([
          path,
          line?.replace(/^(\w+)=[\w.-]+;/, '$1=…;').replace(/Max-Age=\d+/, 'Max-Age=…'),
          takeCalls().join(' '),
        ])
      }
      const set = 'sid=…; Path=/; HttpOnly; SameSite=Lax; Max-Age=…'
      const cleared =
        'sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=…; Expires=Thu, 01 Jan 1970 00:00:00 GMT'
      deepEqual(script, [
        ['/quiet', undefined, ''],
        ['/read', undefined, ''],
        ['/write', set, 'insert'],
        ['/read', undefined, 'find'],
        ['/more', undefined, 'find replace'],
        ['/rotate', set, 'find replace'],
        ['/login', set, 'find insert remove'],
        ['/login', set, 'find replace'],
        ['/read', undefined, 'find'],
        ['/logout', cleared, 'find remove'],
      ])
    },
  },
  {
    id: 'H3.2',
    title: 'Vary names Cookie where the session was consulted, and only there',
    async run(fixture) {
      const { request } = await fixture.serve([quiet, read])
      equal(/cookie/i.test((await request('/quiet')).headers.get('vary') ?? ''), false)
      match((await request('/read')).headers.get('vary') ?? '', /cookie/i)
    },
  },
  {
    id: 'H3.3',
    title:
      'beside what the application sets: its cookie stays, Vary grows, and no shared cache may keep a cookie',
    async run(fixture) {
      const { request } = await fixture.serve([own])
      const { headers, setCookies } = await request('/own')
      deepEqual(setCookies.map((line) => line.split('=')[0]).sort(), ['sid', 'theme'])
      match(headers.get('vary') ?? '', /accept-language/i)
      match(headers.get('vary') ?? '', /cookie/i)
      equal(headers.get('cache-control'), 'private, no-cache')
    },
  },
  {
    id: 'H3.4',
    title: 'HEAD keeps what GET keeps, and has no body',
    async run(fixture) {
      const { request } = await fixture.serve([write, read])
      const { setCookies, body, cookie } = await request('/write', { method: 'HEAD' })
      deepEqual([setCookies.length, body], [1, ''])
      deepEqual((await request('/read', { headers: { cookie } })).setCookies, [])
    },
  },
  {
    id: 'H3.5',
    title:
      'a Secure cookie does not leave over plain HTTP, whatever a header says, and one warning names the setting',
    async run(fixture) {
      const options = { secure: true, cookieName: '__Host-sid' }
      const { request, takeCalls, warnings } = await fixture.serve([write], { options })
      for (const headers of [{}, { 'x-forwarded-proto': 'https' }] as Record<string, string>[])
        deepEqual((await request('/write', { headers })).setCookies, [])
      deepEqual(takeCalls(), [])
      equal(warnings.length, 1)
      match(warnings[0] ?? '', /proxy/)
    },
  },
  {
    id: 'H3.6',
    title: 'where the framework trusts its proxy, X-Forwarded-Proto makes a request secure',
    needs: ['trustProxy'],
    async run(fixture) {
      const options = { secure: true, cookieName: '__Host-sid' }
      const { request } = await fixture.serve([write], { options, trustProxy: true })
      const { setCookies } = await request('/write', { headers: { 'x-forwarded-proto': 'https' } })
      match(
        setCookies.join(),
        /^__Host-sid=[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=\d+$/,
      )
    },
  },
  {
    id: 'H3.7',
    title:
      'a session comes by its cookie alone: not by query, body, Authorization or another header',
    async run(fixture) {
      const { request, takeCalls } = await fixture.serve([write, read])
      const token = (await request('/write')).cookie.slice(4)
      takeCalls()
      const headers = { authorization: `Bearer ${token}`, 'x-session-id': token, sid: token }
      const body = new URLSearchParams({ sid: token })
      await request(`/read?sid=${token}&session=${token}`, { headers, method: 'POST', body })
      deepEqual(takeCalls(), [])
    },
  },
  {
    id: 'H3.8',
    title:
      'two genuine cookies of different sessions are none; rubbish beside a genuine one does no harm',
    async run(fixture) {
      const { request, takeCalls } = await fixture.serve([write, more])
      const [one, two] = [(await request('/write')).cookie, (await request('/write')).cookie]
      takeCalls()
      await request('/read', { headers: { cookie: `${one}; ${two}` } })
      deepEqual(takeCalls(), [])
      await request('/more', { headers: { cookie: `sid=rubbish; ${one}` } })
      deepEqual(takeCalls(), ['find', 'replace'])
    },
  },
]
