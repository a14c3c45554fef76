import { deepEqual, equal } from 'node:assert/strict'
import type { Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'
import { connect } from '../upgrades.ts'

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
]
