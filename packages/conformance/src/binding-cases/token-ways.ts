import { deepEqual, equal, notEqual } from 'node:assert/strict'
import type { BindingCase, Route } from '../binding-fixture.ts'

const text = { kind: 'text', body: 'fine' } as const
const login: Route = {
  path: '/login',
  act: ({ session }) => session?.login('user-1'),
  answer: { ...text, headers: { 'Cache-Control': 'public, max-age=60' } },
}
const read: Route = { path: '/read', act: ({ session }) => session?.userId, answer: text }
const rotate: Route = { path: '/rotate', act: ({ session }) => session?.rotate(), answer: text }
const logout: Route = { path: '/logout', act: ({ session }) => session?.destroy(), answer: text }
const routes = [login, read, rotate, logout]

const ways = [
  {
    tokenIn: 'bearer',
    answer: 'session-token',
    vary: 'Authorization',
    // Without a token no blank either: HTTP/2 drops a header that ends in one (RFC 9113, 8.2.1).
    ask: (token: string) => ({ authorization: `Bearer ${token}`.trim() }),
  },
  {
    tokenIn: { header: 'X-Session-Token' },
    answer: 'x-session-token',
    vary: 'X-Session-Token',
    ask: (token: string) => ({ 'x-session-token': token }),
  },
] as const

/** H3, continued: a token in a header, where the application chose that. */
export const tokenWays: readonly BindingCase[] = [
  {
    id: 'H3.9',
    title: 'a token comes and goes by the header that the application chose, and by no cookie',
    async run(fixture) {
      for (const { tokenIn, answer, vary, ask: asked } of ways) {
        const { ask, takeCalls } = await fixture.serve(routes, { options: { tokenIn } })
        const first = await ask('/login')
        const token = first.headers.get(answer) ?? ''
        deepEqual([token.length > 100, first.setCookies], [true, []])
        deepEqual(
          [first.headers.get('cache-control'), first.headers.get('vary')],
          ['no-store', vary],
        )
        const turned = await ask('/rotate', { headers: asked(token) })
        const next = turned.headers.get(answer) ?? ''
        deepEqual([next.length, next === token, turned.setCookies], [token.length, false, []])
        takeCalls()
        const seen = await ask('/read', { headers: asked(next) })
        deepEqual([seen.headers.get(answer), takeCalls()], [null, ['find']])
        await ask('/read', { headers: { cookie: `sid=${next}` } })
        deepEqual(takeCalls(), [])
        const last = await ask('/logout', { headers: asked(next) })
        deepEqual([last.headers.get(answer), last.setCookies], ['', []])
      }
    },
  },
  {
    id: 'H3.10',
    title:
      'of two ways a request is answered by the one it came; a header sent empty asks for a token',
    async run(fixture) {
      for (const { tokenIn, answer, ask: asked } of ways) {
        const options = { tokenIn: ['cookie', tokenIn] } as const
        const { ask } = await fixture.serve(routes, { options })
        const browser = await ask('/login')
        deepEqual([browser.setCookies.length, browser.headers.get(answer)], [1, null])
        const both = { cookie: browser.cookie, ...asked('rubbish') }
        const turned = await ask('/rotate', { headers: both })
        deepEqual([turned.setCookies.length, turned.headers.get(answer)], [1, null])
        const phone = await ask('/login', { headers: asked('') })
        deepEqual(phone.setCookies, [])
        notEqual(phone.headers.get(answer) ?? '', '')
        equal(phone.headers.get('vary')?.startsWith('Cookie, '), true)
      }
    },
  },
]
