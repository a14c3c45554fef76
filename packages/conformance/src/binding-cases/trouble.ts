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
const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: text,
}
const read: Route = { path: '/read', handle: ({ session }) => session?.data['n'], response: text }
const wrong: Route = {
  path: '/wrong',
  handle: ({ session }) => session && put({ f: () => 1 })(session),
  response: text,
}

/** H4: store failures, races and several managers. */
export const bindingTrouble: readonly BindingCase[] = [
  {
    id: 'H4.1',
    title: 'a store that is down while loading is 503 with Retry-After, and leaves the cookie good',
    async run(fixture) {
      const { request, control, manager } = await fixture.serve([login, read])
      const { cookie } = await request('/login')
      const outage = control.fail('find')
      const { status, headers, setCookies, body } = await request('/read', { headers: { cookie } })
      deepEqual([status, headers.get('retry-after'), setCookies], [503, '1', []])
      equal(body.includes('fine'), false)
      outage.stop()
      equal((await request('/read', { headers: { cookie } })).status, 200)
      equal((await manager.sessions('user-1')).length, 1)
    },
  },
  {
    id: 'H4.2',
    title: 'a login in a response whose commit then fails delivers its cookie with the error',
    async run(fixture) {
      const both: Route = {
        path: '/both',
        async handle({ session }) {
          await session?.login('user-1')
          if (session) put({ f: () => 1 })(session)
        },
        response: text,
      }
      const { request, manager } = await fixture.serve([both, read])
      const { status, setCookies, cookie } = await request('/both')
      deepEqual([status, setCookies.length], [500, 1])
      equal((await manager.read({ cookie })).userId, 'user-1')
    },
  },
  {
    id: 'H4.3',
    title: 'data that cannot be kept is 500, and what was kept before stands',
    async run(fixture) {
      const { request, manager } = await fixture.serve([write, wrong])
      const { cookie } = await request('/write')
      const { status, setCookies } = await request('/wrong', { headers: { cookie } })
      deepEqual([status, setCookies], [500, []])
      deepEqual({ ...(await manager.read({ cookie })).data }, { n: 1 })
    },
  },
  {
    id: 'H4.4',
    title: 'a write that another request has superseded is 409',
    async run(fixture) {
      const elsewhere = { rotate: async () => {} }
      const slow: Route = {
        path: '/slow',
        async handle({ session }) {
          await elsewhere.rotate()
          if (session) put({ n: 2 })(session)
        },
        response: text,
      }
      const rotate: Route = {
        path: '/rotate',
        handle: ({ session }) => session?.rotate(),
        response: text,
      }
      const { request } = await fixture.serve([write, slow, rotate])
      const { cookie } = await request('/write')
      elsewhere.rotate = async () => void (await request('/rotate', { headers: { cookie } }))
      const { status, setCookies } = await request('/slow', { headers: { cookie } })
      deepEqual([status, setCookies], [409, []])
    },
  },
  {
    id: 'H4.5',
    title: '100 parallel requests on one session lose no increment and send no cookie',
    async run(fixture) {
      const count: Route = {
        path: '/count',
        handle: ({ session }) =>
          session?.update((data) => {
            data['count'] = Number(data['count'] ?? 0) + 1
          }),
        response: text,
      }
      const { request, manager } = await fixture.serve([write, count])
      const { cookie } = await request('/write')
      const replies = await Promise.all(
        Array.from({ length: 100 }, () => request('/count', { headers: { cookie } })),
      )
      deepEqual(
        replies.flatMap(({ setCookies }) => setCookies),
        [],
      )
      equal((await manager.read({ cookie })).data['count'], 100)
    },
  },
  {
    id: 'H4.6',
    title: 'a change whose client has left is kept',
    async run(fixture) {
      const { request, control, manager } = await fixture.serve([write, login])
      const { cookie } = await request('/login')
      const held = control.hold()
      const leaving = new AbortController()
      const reply = request('/write', { headers: { cookie }, signal: leaving.signal }).catch(
        () => undefined,
      )
      await Promise.race([held.reached, reply])
      leaving.abort()
      await reply
      held.release()
      const kept = async () => (await manager.read({ cookie })).data['n'] === 1
      for (let turn = 0; turn < 200 && !(await kept()); turn++) await new Promise(setImmediate)
      equal(await kept(), true)
    },
  },
  {
    id: 'H4.7',
    title: 'mounted twice, one manager loads once and commits once',
    async run(fixture) {
      const { request, takeCalls } = await fixture.serve([write, read], {
        mounts({ createManager }) {
          const manager = createManager({})
          return [{ manager }, { manager }]
        },
      })
      const { cookie, setCookies } = await request('/write')
      equal(setCookies.length, 1)
      await request('/read', { headers: { cookie } })
      deepEqual(takeCalls(), ['insert', 'find'])
    },
  },
  {
    id: 'H4.8',
    title: 'two managers side by side keep two sessions with two cookies',
    needs: ['as'],
    async run(fixture) {
      const both: Route = {
        path: '/both',
        handle({ session, adminSession }) {
          if (session) put({ n: 1 })(session)
          if (adminSession) put({ admin: true })(adminSession)
        },
        response: text,
      }
      const { request, manager } = await fixture.serve([both], {
        mounts: ({ createManager }) => [
          { manager: createManager({}) },
          { manager: createManager({ cookieName: 'admin' }), as: 'adminSession' },
        ],
      })
      const { setCookies, cookie } = await request('/both')
      deepEqual(setCookies.map((line) => line.split('=')[0]).sort(), ['admin', 'sid'])
      deepEqual({ ...(await manager.read({ cookie })).data }, { n: 1 })
    },
  },
]
