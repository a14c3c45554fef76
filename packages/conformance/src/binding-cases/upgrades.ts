import { equal } from 'node:assert/strict'
import type { Session } from '@sojourn/core'
import { deepEqual } from '../asserts.ts'
import type { Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'
import { connect } from '../upgrades.ts'
import { assign, type TestData } from '../visitor.ts'

const needs = ['upgrades']
const text = { kind: 'text', body: 'fine' } as const
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

/** A route whose handler runs for an upgrade; `handleUpgrades` hands such paths to it. */
const upgraded = (act: (session: Session<TestData>) => unknown): Route => ({
  path: '/upgraded',
  handle: ({ session }) => session && act(session),
  response: text,
})

/** The codes of the errors of several acts; `undefined` for an act that succeeds. */
async function codesOf(acts: readonly (() => unknown)[]): Promise<readonly unknown[]> {
  const codes: unknown[] = []
  for (const act of acts)
    try {
      await act()
      codes.push(undefined)
    } catch (error) {
      codes.push(Object(error).code)
    }
  return codes
}

/** H7: upgraded connections beside the requests of an application. */
export const upgrades: readonly BindingCase[] = [
  {
    id: 'H7.1',
    title:
      "an upgrade finds the application's session by one look, writes nothing and sends no cookie",
    needs,
    async run(fixture) {
      const { request, url, takeCalls } = await fixture.serve([login])
      const { cookie } = await request('/login')
      takeCalls()
      const { status, setCookies, close } = await connect(`${url}/login`, { cookie })
      deepEqual([status, setCookies, takeCalls()], [101, [], ['find']])
      close()
      const anonymous = await connect(`${url}/login`, {})
      deepEqual([anonymous.status, anonymous.setCookies, takeCalls()], [401, [], []])
      anonymous.close()
    },
  },
  {
    id: 'H7.2',
    title:
      'an upgraded connection ends with its session, by a request of the application, and learns why',
    needs,
    async run(fixture) {
      const { request, url } = await fixture.serve([login, logout])
      const { cookie } = await request('/login')
      const { received, close } = await connect(`${url}/login`, { cookie })
      await request('/logout', { headers: { cookie } })
      equal(await received(), 'logout')
      close()
      const late = await connect(`${url}/login`, { cookie })
      equal(late.status, 401)
      late.close()
    },
  },
  {
    id: 'H7.3',
    title: 'a handler of an upgrade reads and updates a kept session, and sends no cookie',
    needs,
    async run(fixture) {
      const seen: unknown[] = []
      const count = upgraded(async (session) => {
        seen.push(session.userId, await session.update(assign({ n: 1 })))
      })
      const { request, url, manager } = await fixture.serve([login, count])
      const { cookie } = await request('/login')
      const { status, setCookies, close } = await connect(`${url}/upgraded`, { cookie })
      close()
      deepEqual([status, setCookies, seen], [200, [], ['user-1', undefined]])
      deepEqual({ ...(await manager.read({ cookie })).data }, { n: 1 })
    },
  },
  {
    id: 'H7.4',
    title: 'what needs a cookie is ERR_SESSION_LATE in a handler of an upgrade, and writes nothing',
    needs,
    async run(fixture) {
      const seen: (readonly unknown[])[] = []
      const attempt = upgraded(async (session) => {
        const login = () => session.login('user-2')
        const create = [() => session.update(assign({ n: 1 })), () => session.csrfToken()]
        seen.push(await codesOf([login, ...(session.isNew ? create : [() => session.rotate()])]))
      })
      const { request, url, takeCalls } = await fixture.serve([login, attempt])
      const { cookie } = await request('/login')
      takeCalls()
      for (const headers of [{ cookie }, {}] as Record<string, string>[]) {
        const { status, setCookies, close } = await connect(`${url}/upgraded`, headers)
        close()
        deepEqual([status, setCookies], [200, []])
      }
      const late = 'ERR_SESSION_LATE'
      deepEqual(seen, [
        [late, late],
        [late, late, late],
      ])
      deepEqual(takeCalls(), ['find'])
    },
  },
  {
    id: 'H7.5',
    title:
      'data changed in a handler of an upgrade is not kept, and the event discarded reports it',
    needs,
    async run(fixture) {
      const change = upgraded(async (session) => {
        const { data } = session
        await new Promise(setImmediate)
        data['n'] = 1
      })
      const { request, url, manager } = await fixture.serve([login, change])
      const discarded: unknown[] = []
      manager.on('discarded', ({ what, why }) => discarded.push(what, why))
      const { cookie } = await request('/login')
      for (const headers of [{ cookie }, {}] as Record<string, string>[]) {
        const { setCookies, close } = await connect(`${url}/upgraded`, headers)
        close()
        for (let turn = 0; turn < 200 && discarded.length === 0; turn++)
          await new Promise(setImmediate)
        deepEqual([setCookies, discarded.splice(0)], [[], ['changes', 'late']])
      }
      deepEqual({ ...(await manager.read({ cookie })).data }, {})
    },
  },
  {
    id: 'H7.6',
    title: 'destroy in a handler of an upgrade ends the session and sends no cookie',
    needs,
    async run(fixture) {
      const { request, url, manager } = await fixture.serve([
        login,
        upgraded((session) => session.destroy()),
      ])
      const { cookie } = await request('/login')
      const { status, setCookies, close } = await connect(`${url}/upgraded`, { cookie })
      close()
      deepEqual([status, setCookies], [200, []])
      deepEqual((await manager.read({ cookie })).ended, 'logout')
    },
  },
  {
    id: 'H7.7',
    title: 'a store that is down is 503 for an upgrade too',
    needs,
    async run(fixture) {
      const { request, url, control } = await fixture.serve([login, upgraded(() => undefined)])
      const { cookie } = await request('/login')
      control.fail('find')
      const { status, setCookies, close } = await connect(`${url}/upgraded`, { cookie })
      close()
      deepEqual([status, setCookies], [503, []])
    },
  },
]
