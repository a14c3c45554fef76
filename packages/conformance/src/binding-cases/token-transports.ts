import { equal, notEqual } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'

const text = { kind: 'text', body: 'fine' } as const
const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: { ...text, headers: { 'Cache-Control': 'public, max-age=60' } },
}
const read: Route = { path: '/read', handle: ({ session }) => session?.userId, response: text }
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
const routes = [login, read, rotate, logout]

const transports = [
  {
    tokenIn: 'bearer',
    responseHeader: 'session-token',
    vary: 'Authorization',
    // Trimmed without a token: HTTP/2 drops a header that ends with a space (RFC 9113, section 8.2.1).
    headersWith: (token: string) => ({ authorization: `Bearer ${token}`.trim() }),
  },
  {
    tokenIn: { header: 'X-Session-Token' },
    responseHeader: 'x-session-token',
    vary: 'X-Session-Token',
    headersWith: (token: string) => ({ 'x-session-token': token }),
  },
] as const

/** H3, continued: applications that send the token in a header. */
export const tokenTransports: readonly BindingCase[] = [
  {
    id: 'H3.9',
    title: 'a token comes and goes by the header that the application chose, and by no cookie',
    async run(fixture) {
      for (const { tokenIn, responseHeader, vary, headersWith } of transports) {
        const { request, takeCalls } = await fixture.serve(routes, { options: { tokenIn } })
        const first = await request('/login')
        const token = first.headers.get(responseHeader) ?? ''
        deepEqual([token.length > 100, first.setCookies], [true, []])
        deepEqual(
          [first.headers.get('cache-control'), first.headers.get('vary')],
          ['no-store', vary],
        )
        const turned = await request('/rotate', { headers: headersWith(token) })
        const next = turned.headers.get(responseHeader) ?? ''
        deepEqual([next.length, next === token, turned.setCookies], [token.length, false, []])
        takeCalls()
        const seen = await request('/read', { headers: headersWith(next) })
        deepEqual([seen.headers.get(responseHeader), takeCalls()], [null, ['find']])
        await request('/read', { headers: { cookie: `sid=${next}` } })
        deepEqual(takeCalls(), [])
        const last = await request('/logout', { headers: headersWith(next) })
        deepEqual([last.headers.get(responseHeader), last.setCookies], ['', []])
      }
    },
  },
  {
    id: 'H3.10',
    title:
      'of two ways a request is answered by the one it came; a header sent empty asks for a token',
    async run(fixture) {
      for (const { tokenIn, responseHeader, headersWith } of transports) {
        const options = { tokenIn: ['cookie', tokenIn] } as const
        const { request } = await fixture.serve(routes, { options })
        const browser = await request('/login')
        deepEqual([browser.setCookies.length, browser.headers.get(responseHeader)], [1, null])
        const both = { cookie: browser.cookie, ...headersWith('rubbish') }
        const turned = await request('/rotate', { headers: both })
        deepEqual([turned.setCookies.length, turned.headers.get(responseHeader)], [1, null])
        const phone = await request('/login', { headers: headersWith('') })
        deepEqual(phone.setCookies, [])
        notEqual(phone.headers.get(responseHeader) ?? '', '')
        equal(phone.headers.get('vary')?.startsWith('Cookie, '), true)
      }
    },
  },
  {
    id: 'H3.16',
    title:
      'of several tokens in a header, in several lines or one, each is verified, and two sessions are none',
    async run(fixture) {
      for (const { tokenIn, responseHeader, headersWith } of transports) {
        const seen: unknown[] = []
        const see: Route = { ...read, handle: ({ session }) => void seen.push(session?.userId) }
        const { request, takeCalls } = await fixture.serve([login, see], { options: { tokenIn } })
        const lineOf = async () =>
          Object.entries(headersWith((await request('/login')).headers.get(responseHeader) ?? ''))
        const [[name, mine] = ['', '']] = await lineOf()
        const [[, other] = ['', '']] = await lineOf()
        const [[, rubbish] = ['', '']] = Object.entries(headersWith('rubbish'))
        takeCalls()
        const isOpened = async (...lines: readonly string[]) => {
          await request('/read', { headers: { [name]: lines } })
          await request('/read', { headers: { [name]: lines.join(', ') } })
          return [seen.splice(0), takeCalls()]
        }
        const opened = [
          ['user-1', 'user-1'],
          ['find', 'find'],
        ] as const
        const refused = [[undefined, undefined], []] as const
        for (const lines of [
          [mine, mine],
          [mine, rubbish],
          [rubbish, mine],
          ['', mine],
          [mine, ''],
        ])
          deepEqual(await isOpened(...lines), opened, `${name}: ${lines.map(kindOf).join(', ')}`)
        for (const lines of [
          [mine, other],
          [other, rubbish, mine],
          [rubbish, rubbish],
          ['', ''],
        ])
          deepEqual(await isOpened(...lines), refused, `${name}: ${lines.map(kindOf).join(', ')}`)
        if (tokenIn !== 'bearer') continue
        for (const lines of [
          ['Basic YTpi', mine],
          [mine, 'Digest qop="auth", nc=1'],
        ])
          deepEqual(await isOpened(...lines), opened, `${name}: of two schemes`)

        function kindOf(line: string): string {
          return { [mine]: 'mine', [other]: 'other', [rubbish]: 'rubbish' }[line] ?? 'empty'
        }
      }
    },
  },
]
