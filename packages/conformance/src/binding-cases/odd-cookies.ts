import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'
import { put } from '../visitor.ts'

const text = { kind: 'text', body: 'fine' } as const
const write: Route = {
  path: '/write',
  handle: ({ session }) => session && put({ n: 1 })(session),
  response: text,
}
const read: Route = { path: '/read', handle: ({ session }) => session?.data['n'], response: text }

/** Cookie headers with a genuine token that must not open a session. */
const refused = (token: string): readonly string[] => [
  `%73id=${token}`,
  `SID=${token}`,
  `si[d=${token}`,
  `sid="${token}"`,
  `sid=%${token}`,
  `sid=${token}%00`,
  `sid=${token}\u00e4`,
  `sid =x=${token}`,
  `theme=dark, sid=${token}`,
  `__proto__=${token}; constructor=${token}; toString=${token}`,
  `${'theme=dark; '.repeat(200)}sid=${token}`,
  `sid=${token}${'x'.repeat(4096)}`,
]

/** Cookie headers that must open the session. */
const found = (cookie: string): readonly string[] => [
  `__proto__=x; constructor=y; hasOwnProperty=z; ${cookie}; toString=1`,
  `sid=; ${cookie}`,
  `${cookie}; ${cookie}`,
  `theme=a=b; %zz=%E0%A4%A; ${cookie}`,
  `${'theme=dark; '.repeat(100)}${cookie}`,
]

/** H3, continued: cookies set by attackers and by other applications of the domain (security design, B). */
export const oddCookies: readonly BindingCase[] = [
  {
    id: 'H3.13',
    title: 'a token under a name or in a spelling of another kind opens nothing, and is no error',
    async run(fixture) {
      const { request, takeCalls } = await fixture.serve([write, read])
      const token = (await request('/write')).cookie.slice('sid='.length)
      takeCalls()
      for (const cookie of refused(token)) {
        const { status, setCookies } = await request('/read', { headers: { cookie } })
        deepEqual([status, setCookies, takeCalls()], [200, [], []], cookie.slice(0, 40))
      }
    },
  },
  {
    id: 'H3.14',
    title:
      'a session is found beside cookies that are empty, twice there, many, or named like members',
    async run(fixture) {
      const { request, takeCalls } = await fixture.serve([write, read])
      const { cookie: own } = await request('/write')
      takeCalls()
      for (const cookie of found(own)) {
        const { status, setCookies } = await request('/read', { headers: { cookie } })
        deepEqual([status, setCookies, takeCalls()], [200, [], ['find']], cookie.slice(0, 40))
      }
      equal(Reflect.get({}, 'x'), undefined)
    },
  },
]
