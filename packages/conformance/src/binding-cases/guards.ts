import { equal, match, rejects } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { GuardSpec, Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'

const text = { kind: 'text', body: 'fine' } as const
const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: text,
}
const visitAnonymously: Route = {
  path: '/visit',
  handle: ({ session }) => session?.flash.add('visited', true),
  response: text,
}
const behind = (guard: GuardSpec): Route => ({
  path: '/guarded',
  guard,
  handle: () => undefined,
  response: text,
})
const needs = ['guards']

/** H5: guards let requests pass, redirect them or fail, the same in every framework. */
export const guards: readonly BindingCase[] = [
  {
    id: 'H5.1',
    title: 'requireSession is 401 for a visitor, kept or not, and lets a user pass',
    needs,
    async run(fixture) {
      const { request } = await fixture.serve([
        login,
        visitAnonymously,
        behind({ kind: 'session' }),
      ])
      equal((await request('/guarded')).status, 401)
      const visitor = await request('/visit')
      equal((await request('/guarded', { headers: { cookie: visitor.cookie } })).status, 401)
      const { cookie } = await request('/login', { headers: { cookie: visitor.cookie } })
      const { status, body } = await request('/guarded', { headers: { cookie } })
      deepEqual([status, body], [200, 'fine'])
    },
  },
  {
    id: 'H5.2',
    title: 'with redirectTo a guard sends a visitor there by 303, and a user passes',
    needs,
    async run(fixture) {
      const guard = { kind: 'session', options: { redirectTo: '/login' } } as const
      const { request } = await fixture.serve([login, behind(guard)])
      for (const method of ['GET', 'POST', 'HEAD'] as const) {
        const { status, headers, body } = await request('/guarded', { method })
        equal(status, 303)
        match(headers.get('location') ?? '', /^\/login$/)
        equal(body.includes('fine'), false)
      }
      const { cookie } = await request('/login')
      equal((await request('/guarded', { headers: { cookie } })).status, 200)
    },
  },
  {
    id: 'H5.3',
    title: 'requireRecent passes up to its duration after the login and not beyond',
    needs,
    async run(fixture) {
      const clock = { now: Date.UTC(2030, 0, 1) }
      const options = { clock: () => clock.now }
      const { request } = await fixture.serve(
        [login, behind({ kind: 'recent', duration: '10m' })],
        {
          options,
        },
      )
      const { cookie } = await request('/login')
      const status = async () => (await request('/guarded', { headers: { cookie } })).status
      clock.now += 599_000
      equal(await status(), 200)
      clock.now += 2_000
      equal(await status(), 401)
    },
  },
  {
    id: 'H5.4',
    title: 'a guard whose sessions are not mounted is 500, and says nothing to the client',
    needs,
    async run(fixture) {
      const missing: readonly GuardSpec[] = [
        { kind: 'session', options: { as: 'nobody' } },
        { kind: 'session', options: { as: 'nobody', redirectTo: '/login' } },
        { kind: 'recent', duration: '10m', options: { as: 'nobody' } },
        { kind: 'csrf', options: { as: 'nobody', token: true } },
      ]
      for (const guard of missing) {
        const { request, takeErrorCodes } = await fixture.serve([behind(guard)])
        const { status, body } = await request('/guarded', { method: 'POST' })
        deepEqual([status, body.includes('fine')], [500, false])
        deepEqual(takeErrorCodes(), ['ERR_SESSION_MISSING'])
      }
    },
  },
  {
    id: 'H5.5',
    title: 'a store that is down is 503 behind a guard, and never a redirect to log in',
    needs,
    async run(fixture) {
      const guard = { kind: 'session', options: { redirectTo: '/login' } } as const
      const options = { onStoreError: 'anonymous' } as const
      const { request, control } = await fixture.serve([login, behind(guard)], { options })
      const { cookie } = await request('/login')
      control.fail('find')
      const { status, headers } = await request('/guarded', { headers: { cookie } })
      deepEqual([status, headers.get('location')], [503, null])
    },
  },
  {
    id: 'H5.6',
    title: 'a guard asks the session of the name that it was given',
    needs: [...needs, 'as'],
    async run(fixture) {
      const admin: Route = {
        path: '/admin',
        handle: ({ adminSession }) => adminSession?.login('admin-1'),
        response: text,
      }
      const guard = { kind: 'session', options: { as: 'adminSession' } } as const
      const { request } = await fixture.serve([login, admin, behind(guard)], {
        mounts: ({ createManager }) => [
          { manager: createManager({}) },
          { manager: createManager({ cookieName: 'admin' }), as: 'adminSession' },
        ],
      })
      for (const [path, status] of [
        ['/login', 401],
        ['/admin', 200],
      ] as const) {
        const { cookie } = await request(path)
        equal((await request('/guarded', { headers: { cookie } })).status, status)
      }
    },
  },
  {
    id: 'H5.7',
    title: 'options that are none are refused when the guard is made, before any request',
    needs,
    async run(fixture) {
      const none: readonly GuardSpec[] = [
        { kind: 'session', options: { redirectTo: '' } },
        { kind: 'recent', duration: 'a while' as never },
        { kind: 'recent', duration: '10m', options: { method: [] } },
        { kind: 'session', options: { own: 'yes' as never } },
        { kind: 'session', options: { redirectTo: '/login', trustedOrigins: ['a.example'] } },
        ...['https://a.example/', 'https://a.example/path', 'https://*.example', 'a.example'].map(
          (origin) => ({ kind: 'csrf', options: { trustedOrigins: [origin] } }) as const,
        ),
      ]
      for (const guard of none)
        await rejects(fixture.serve([behind(guard)]), { code: 'ERR_CONFIG_INVALID' })
    },
  },
  {
    id: 'H5.8',
    title:
      'a function redirects on this site and to trusted origins, and no part of a request ends the header',
    needs,
    async run(fixture) {
      let address = ''
      const options = { redirectTo: () => address, trustedOrigins: ['https://login.example'] }
      const { request, takeErrorCodes } = await fixture.serve([
        behind({ kind: 'session', options }),
      ])
      const sent = async (to: string) => {
        address = to
        const { status, headers, setCookies } = await request('/guarded')
        return [status, headers.get('location'), setCookies, takeErrorCodes()]
      }
      for (const [to, location] of [
        ['/login?next=/a', '/login?next=/a'],
        ['/login?next=/a\r\nSet-Cookie: sid=evil', '/login?next=/a%0D%0ASet-Cookie:%20sid=evil'],
        ['/login?next=€', '/login?next=%E2%82%AC'],
        ['https://login.example/in', 'https://login.example/in'],
      ] as const)
        deepEqual(await sent(to), [303, location, [], []])
      for (const to of [
        '//evil.example',
        '/\\evil.example',
        'https://evil.example/',
        'https:evil.example',
        'https://login.example.evil.example/',
        'javascript:alert(1)',
      ])
        deepEqual(await sent(to), [500, null, [], ['ERR_CONFIG_INVALID']], to)
    },
  },
]
