import { equal, match } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { ResponseSpec, Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'

type Handle = Route['handle']

/** Handlers that use the session, and whether they send a cookie. */
const handlers: readonly (readonly [path: string, setsCookie: boolean, handle: Handle])[] = [
  ['/has', false, ({ session }) => session && 'n' in session.data],
  ['/user', false, ({ session }) => session?.userId],
  ['/rotate', true, ({ session }) => session?.rotate()],
  ['/login', true, ({ session }) => session?.login('user-1')],
  ['/logout', true, ({ session }) => session?.destroy()],
]

const responses: readonly (readonly [status: number, response: ResponseSpec])[] = [
  [200, { kind: 'json', body: { fine: true } }],
  [302, { kind: 'redirect', to: '/elsewhere' }],
  [304, { kind: 'empty', status: 304 }],
  [418, { kind: 'error', error: Object.assign(new Error('boom'), { status: 418 }) }],
]

/** Headers that caches prefer to Cache-Control, and what forbids them to store: the standard one (RFC 9213) and others. */
const targeted = {
  'CDN-Cache-Control': ['public, max-age=600', 'no-store'],
  'Cloudflare-CDN-Cache-Control': ['max-age=600', 'no-store'],
  'Surrogate-Control': ['max-age=600', 'no-store'],
  'X-Accel-Expires': ['600', '0'],
  'X-LiteSpeed-Cache-Control': ['public, max-age=600', 'no-store'],
  Expires: ['Tue, 01 Jan 2199 00:00:00 GMT', '0'],
} as const

const login: Route = {
  path: '/login-first',
  handle: ({ session }) => session?.login('user-1'),
  response: { kind: 'text', body: 'fine' },
}

/** H3, continued: no cache serves one visitor's response to another (security design, C-07). */
export const caching: readonly BindingCase[] = [
  {
    id: 'H3.11',
    title: 'whatever consults the session varies by Cookie, and whatever sends a cookie is private',
    async run(fixture) {
      for (const [status, response] of responses) {
        const routes = handlers.map(([path, , handle]): Route => ({ path, handle, response }))
        const { request } = await fixture.serve([login, ...routes])
        for (const [path, setsCookie] of handlers) {
          const { cookie } = await request('/login-first')
          const reply = await request(path, { headers: { cookie } })
          deepEqual([reply.status, reply.setCookies.length], [status, setsCookie ? 1 : 0], path)
          match(reply.headers.get('vary') ?? '', /\bcookie\b/i, path)
          if (setsCookie) match(reply.headers.get('cache-control') ?? '', /private|no-store/, path)
        }
      }
    },
  },
  {
    id: 'H3.12',
    title:
      'a token that is offered because of its age is private too, and a touch alone sends none',
    async run(fixture) {
      const clock = { now: Date.UTC(2030, 0, 1) }
      const read: Route = { ...login, path: '/read', handle: ({ session }) => session?.userId }
      const options = { clock: () => clock.now }
      const { request, takeCalls } = await fixture.serve([login, read], { options })
      const { cookie } = await request('/login-first')
      takeCalls()
      clock.now += 2 * 60_000
      const touched = await request('/read', { headers: { cookie } })
      deepEqual([touched.setCookies, takeCalls()], [[], ['find', 'touch']])
      clock.now += 14 * 60_000
      const offered = await request('/read', { headers: { cookie } })
      equal(offered.setCookies.length, 1)
      equal(offered.headers.get('cache-control'), 'private, no-cache')
      for (const { headers } of [touched, offered]) match(headers.get('vary') ?? '', /\bcookie\b/i)
    },
  },
  {
    id: 'H3.15',
    title: 'a header for single caches keeps no response that carries a token, and stays on others',
    async run(fixture) {
      const headers = Object.fromEntries(
        Object.entries(targeted).map(([name, [value]]) => [name, value]),
      )
      const response = { kind: 'text', body: 'fine', headers } as const
      const routes: readonly Route[] = [
        { path: '/login', handle: ({ session }) => session?.login('user-1'), response },
        { path: '/quiet', handle: () => undefined, response },
      ]
      for (const tokenIn of ['cookie', 'bearer'] as const) {
        const { request } = await fixture.serve(routes, { options: { tokenIn } })
        const sent = async (path: string) => {
          const reply = await request(path)
          return Object.fromEntries(
            Object.keys(targeted).map((name) => [name, reply.headers.get(name)]),
          )
        }
        const strict = Object.entries(targeted).map(([name, [, value]]) => [name, value])
        deepEqual(await sent('/login'), Object.fromEntries(strict))
        deepEqual(await sent('/quiet'), headers)
      }
    },
  },
]
