import { deepEqual, equal, match } from 'node:assert/strict'
import type { BindingCase, Route } from '../binding-fixture.ts'
import { put } from '../visitor.ts'

const text = { kind: 'text', body: 'fine' } as const
const quiet: Route = { path: '/quiet', act: () => undefined, answer: text }
const read: Route = { path: '/read', act: ({ session }) => session?.data['n'], answer: text }
const write: Route = {
  path: '/write',
  act: ({ session }) => session && put({ n: 1 })(session),
  answer: text,
}
const more: Route = {
  path: '/more',
  act: ({ session }) => session && put({ m: 2 })(session),
  answer: text,
}
const rotate: Route = { path: '/rotate', act: ({ session }) => session?.rotate(), answer: text }
const login: Route = {
  path: '/login',
  act: ({ session }) => session?.login('user-1'),
  answer: text,
}
const logout: Route = { path: '/logout', act: ({ session }) => session?.destroy(), answer: text }
const own: Route = {
  path: '/own',
  act: ({ session }) => session && put({ n: 1 })(session),
  answer: {
    kind: 'text',
    body: 'fine',
    headers: {
      'Set-Cookie': 'theme=dark',
      Vary: 'Accept-Language',
      'Cache-Control': 'public, max-age=60',
    },
  },
}

/** H3: what leaves in the headers, and what the store is asked. */
export const headers: readonly BindingCase[] = [
  {
    id: 'H3.1',
    title:
      'one script of requests has the same cookies and the same store calls under every binding',
    async run(fixture) {
      const { ask, takeCalls } = await fixture.serve([
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
        const reply = await ask(path, cookie ? { headers: { cookie } } : {})
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
      const { ask } = await fixture.serve([quiet, read])
      equal(/cookie/i.test((await ask('/quiet')).headers.get('vary') ?? ''), false)
      match((await ask('/read')).headers.get('vary') ?? '', /cookie/i)
    },
  },
  {
    id: 'H3.3',
    title:
      'beside what the application sets: its cookie stays, Vary grows, and no shared cache may keep a cookie',
    async run(fixture) {
      const { ask } = await fixture.serve([own])
      const { headers, setCookies } = await ask('/own')
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
      const { ask } = await fixture.serve([write, read])
      const { setCookies, body, cookie } = await ask('/write', { method: 'HEAD' })
      deepEqual([setCookies.length, body], [1, ''])
      deepEqual((await ask('/read', { headers: { cookie } })).setCookies, [])
    },
  },
  {
    id: 'H3.5',
    title:
      'a Secure cookie does not leave over plain HTTP, whatever a header says, and one warning names the setting',
    async run(fixture) {
      const options = { secure: true, cookieName: '__Host-sid' }
      const { ask, takeCalls, warnings } = await fixture.serve([write], { options })
      for (const headers of [{}, { 'x-forwarded-proto': 'https' }] as Record<string, string>[])
        deepEqual((await ask('/write', { headers })).setCookies, [])
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
      const { ask } = await fixture.serve([write], { options, trustProxy: true })
      const { setCookies } = await ask('/write', { headers: { 'x-forwarded-proto': 'https' } })
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
      const { ask, takeCalls } = await fixture.serve([write, read])
      const token = (await ask('/write')).cookie.slice(4)
      takeCalls()
      const headers = { authorization: `Bearer ${token}`, 'x-session-id': token, sid: token }
      const body = new URLSearchParams({ sid: token })
      await ask(`/read?sid=${token}&session=${token}`, { headers, method: 'POST', body })
      deepEqual(takeCalls(), [])
    },
  },
  {
    id: 'H3.8',
    title:
      'two genuine cookies of different sessions are none; rubbish beside a genuine one does no harm',
    async run(fixture) {
      const { ask, takeCalls } = await fixture.serve([write, more])
      const [one, two] = [(await ask('/write')).cookie, (await ask('/write')).cookie]
      takeCalls()
      await ask('/read', { headers: { cookie: `${one}; ${two}` } })
      deepEqual(takeCalls(), [])
      await ask('/more', { headers: { cookie: `sid=rubbish; ${one}` } })
      deepEqual(takeCalls(), ['find', 'replace'])
    },
  },
]
