import { deepEqual, equal, match } from 'node:assert/strict'
import type { Answer, BindingCase, Route } from '../binding-fixture.ts'

type Act = Route['act']

/** What touches the session, and whether it sends a cookie. */
const acts: readonly (readonly [path: string, setsCookie: boolean, act: Act])[] = [
  ['/has', false, ({ session }) => session && 'n' in session.data],
  ['/user', false, ({ session }) => session?.userId],
  ['/rotate', true, ({ session }) => session?.rotate()],
  ['/login', true, ({ session }) => session?.login('user-1')],
  ['/logout', true, ({ session }) => session?.destroy()],
]

const answers: readonly (readonly [status: number, answer: Answer])[] = [
  [200, { kind: 'json', body: { fine: true } }],
  [302, { kind: 'redirect', to: '/elsewhere' }],
  [304, { kind: 'empty', status: 304 }],
  [418, { kind: 'error', error: Object.assign(new Error('boom'), { status: 418 }) }],
]

/** What CDNs obey before Cache-Control: of all (RFC 9213), and of their own. */
const targeted = {
  'CDN-Cache-Control': 'public, max-age=600',
  'Cloudflare-CDN-Cache-Control': 'max-age=600',
  'Surrogate-Control': 'max-age=600',
}

const visit: Route = {
  path: '/visit',
  act: ({ session }) => session?.login('user-1'),
  answer: { kind: 'text', body: 'fine' },
}

/** H3, continued: no cache hands one visitor's response to another (security design, C-07). */
export const caching: readonly BindingCase[] = [
  {
    id: 'H3.11',
    title: 'whatever consults the session varies by Cookie, and whatever sends a cookie is private',
    async run(fixture) {
      for (const [status, answer] of answers) {
        const routes = acts.map(([path, , act]): Route => ({ path, act, answer }))
        const { ask } = await fixture.serve([visit, ...routes])
        for (const [path, setsCookie] of acts) {
          const { cookie } = await ask('/visit')
          const reply = await ask(path, { headers: { cookie } })
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
      const read: Route = { ...visit, path: '/read', act: ({ session }) => session?.userId }
      const options = { clock: () => clock.now }
      const { ask, takeCalls } = await fixture.serve([visit, read], { options })
      const { cookie } = await ask('/visit')
      takeCalls()
      clock.now += 2 * 60_000
      const touched = await ask('/read', { headers: { cookie } })
      deepEqual([touched.setCookies, takeCalls()], [[], ['find', 'touch']])
      clock.now += 14 * 60_000
      const offered = await ask('/read', { headers: { cookie } })
      equal(offered.setCookies.length, 1)
      equal(offered.headers.get('cache-control'), 'private, no-cache')
      for (const { headers } of [touched, offered]) match(headers.get('vary') ?? '', /\bcookie\b/i)
    },
  },
  {
    id: 'H3.15',
    title: 'a header for CDNs alone keeps no response that carries a token, and stays on others',
    async run(fixture) {
      const answer = { kind: 'text', body: 'fine', headers: targeted } as const
      const { ask } = await fixture.serve([
        { path: '/login', act: ({ session }) => session?.login('user-1'), answer },
        { path: '/quiet', act: () => undefined, answer },
      ])
      const said = async (path: string) => {
        const { headers } = await ask(path)
        return Object.keys(targeted).map((name) => headers.get(name))
      }
      deepEqual(await said('/login'), ['no-store', 'no-store', 'no-store'])
      deepEqual(await said('/quiet'), Object.values(targeted))
    },
  },
]
