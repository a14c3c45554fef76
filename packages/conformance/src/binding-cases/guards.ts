import { deepEqual, equal, match } from 'node:assert/strict'
import type { BindingCase, Guarding, Route } from '../binding-bench.ts'

const text = { kind: 'text', body: 'fine' } as const
const login: Route = {
  path: '/login',
  act: ({ session }) => session?.login('user-1'),
  answer: text,
}
const visit: Route = {
  path: '/visit',
  act: ({ session }) => session?.flash.add('visited', true),
  answer: text,
}
const behind = (guard: Guarding): Route => ({
  path: '/guarded',
  guard,
  act: () => undefined,
  answer: text,
})
const needs = ['guards']

/** One row of Go 1.25's table: what a POST says of where it comes from, and the status that it gets. */
type Row = readonly [headers: Readonly<Record<string, string>>, status: 200 | 403]

const trusted = 'https://trusted.example'
const tableOf = (own: string): readonly Row[] => [
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
  [{ origin: trusted }, 200],
  [{ origin: trusted, 'sec-fetch-site': 'cross-site' }, 200],
  [{ origin: `${trusted}.evil` }, 403],
]

/** H6: guards let pass, redirect or fail, in every framework alike. */
export const guards: readonly BindingCase[] = [
  {
    id: 'H6.1',
    title: 'requireSession is 401 for a visitor, kept or not, and lets a user pass',
    needs,
    async run(bench) {
      const { ask } = await bench.serve([login, visit, behind({ kind: 'session' })])
      equal((await ask('/guarded')).status, 401)
      const visitor = await ask('/visit')
      equal((await ask('/guarded', { headers: { cookie: visitor.cookie } })).status, 401)
      const { cookie } = await ask('/login', { headers: { cookie: visitor.cookie } })
      const { status, body } = await ask('/guarded', { headers: { cookie } })
      deepEqual([status, body], [200, 'fine'])
    },
  },
  {
    id: 'H6.2',
    title: 'with redirectTo a guard sends a visitor there by 303, and a user passes',
    needs,
    async run(bench) {
      const guard = { kind: 'session', options: { redirectTo: '/login' } } as const
      const { ask } = await bench.serve([login, behind(guard)])
      for (const method of ['GET', 'POST', 'HEAD'] as const) {
        const { status, headers, body } = await ask('/guarded', { method })
        equal(status, 303)
        match(headers.get('location') ?? '', /^\/login$/)
        equal(body.includes('fine'), false)
      }
      const { cookie } = await ask('/login')
      equal((await ask('/guarded', { headers: { cookie } })).status, 200)
    },
  },
  {
    id: 'H6.3',
    title: 'requireRecent passes up to its duration after the login and not beyond',
    needs,
    async run(bench) {
      const clock = { now: Date.now() }
      const options = { clock: () => clock.now }
      const { ask } = await bench.serve([login, behind({ kind: 'recent', duration: '10m' })], {
        options,
      })
      const { cookie } = await ask('/login')
      const status = async () => (await ask('/guarded', { headers: { cookie } })).status
      clock.now += 599_000
      equal(await status(), 200)
      clock.now += 2_000
      equal(await status(), 401)
    },
  },
  {
    id: 'H6.4',
    title: 'a guard whose sessions are not mounted is 500, and says nothing to the client',
    needs,
    async run(bench) {
      const missing: readonly Guarding[] = [
        { kind: 'session', options: { as: 'nobody' } },
        { kind: 'session', options: { as: 'nobody', redirectTo: '/login' } },
        { kind: 'recent', duration: '10m', options: { as: 'nobody' } },
        { kind: 'csrf', options: { as: 'nobody', token: true } },
      ]
      for (const guard of missing) {
        const { ask, thrown } = await bench.serve([behind(guard)])
        const { status, body } = await ask('/guarded', { method: 'POST' })
        deepEqual([status, body.includes('fine')], [500, false])
        deepEqual(thrown(), ['ERR_SESSION_MISSING'])
      }
    },
  },
  {
    id: 'H6.5',
    title: 'a store that is down is 503 behind a guard, and never a redirect to log in',
    needs,
    async run(bench) {
      const guard = { kind: 'session', options: { redirectTo: '/login' } } as const
      const options = { onStoreError: 'anonymous' } as const
      const { ask, fail } = await bench.serve([login, behind(guard)], { options })
      const { cookie } = await ask('/login')
      fail('find')
      const { status, headers } = await ask('/guarded', { headers: { cookie } })
      deepEqual([status, headers.get('location')], [503, null])
    },
  },
  {
    id: 'H6.6',
    title: "csrf decides as Go's table says, whatever the content type, and lets GET and HEAD pass",
    needs,
    async run(bench) {
      const guard = { kind: 'csrf', options: { trustedOrigins: [trusted] } } as const
      const { ask, url, calls } = await bench.serve([behind(guard)])
      for (const [headers, status] of tableOf(url)) {
        const reply = await ask('/guarded', { method: 'POST', headers })
        equal(reply.status, status, JSON.stringify(headers))
        match(reply.headers.get('vary') ?? '', /origin/i)
        match(reply.headers.get('vary') ?? '', /sec-fetch-site/i)
      }
      for (const method of ['GET', 'HEAD'] as const) {
        const headers = { 'sec-fetch-site': 'cross-site' }
        equal((await ask('/guarded', { method, headers })).status, 200)
      }
      deepEqual(calls(), [])
    },
  },
  {
    id: 'H6.7',
    title: 'csrf that is strict refuses what says neither its site nor its origin',
    needs,
    async run(bench) {
      const { ask } = await bench.serve([behind({ kind: 'csrf', options: { strict: true } })])
      const headers = { 'sec-fetch-site': 'same-origin' }
      equal((await ask('/guarded', { method: 'POST' })).status, 403)
      equal((await ask('/guarded', { method: 'POST', headers })).status, 200)
    },
  },
  {
    id: 'H6.8',
    title:
      "csrf with a token wants this session's own, from a header, and another one after a login",
    needs,
    async run(bench) {
      let token = ''
      const form: Route = {
        path: '/form',
        act: ({ session }) => {
          token = session?.csrfToken() ?? ''
        },
        answer: text,
      }
      const { ask } = await bench.serve([
        form,
        login,
        behind({ kind: 'csrf', options: { token: true } }),
      ])
      const post = async (cookie: string, given?: string) => {
        const headers = { cookie, ...(given === undefined ? {} : { 'x-csrf-token': given }) }
        return (await ask('/guarded', { method: 'POST', headers })).status
      }
      const { cookie: theirs } = await ask('/form')
      const stolen = token
      const { cookie } = await ask('/form')
      equal(await post(cookie, token), 200)
      for (const wrong of [undefined, '', stolen, token.slice(0, -1), `${token}, ${token}`])
        equal(await post(cookie, wrong), 403, String(wrong))
      equal(await post(theirs, stolen), 200)
      const user = await ask('/login', { headers: { cookie } })
      equal(await post(user.cookie, token), 403)
    },
  },
]
