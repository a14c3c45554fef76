import { deepEqual, equal } from 'node:assert/strict'
import type { BindingCase, Route } from '../binding-fixture.ts'
import { connect } from '../upgrades.ts'

const needs = ['upgrades']
const text = { kind: 'text', body: 'fine' } as const
const login: Route = {
  path: '/login',
  act: ({ session }) => session?.login('user-1'),
  answer: text,
}
const logout: Route = { path: '/logout', act: ({ session }) => session?.destroy(), answer: text }

/** H7: a connection that leaves HTTP behind, beside the requests of an application. */
export const upgrades: readonly BindingCase[] = [
  {
    id: 'H7.1',
    title:
      "an upgrade finds the application's session by one look, writes nothing and sends no cookie",
    needs,
    async run(fixture) {
      const { ask, url, takeCalls } = await fixture.serve([login])
      const { cookie } = await ask('/login')
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
      const { ask, url } = await fixture.serve([login, logout])
      const { cookie } = await ask('/login')
      const { said, close } = await connect(`${url}/login`, { cookie })
      await ask('/logout', { headers: { cookie } })
      equal(await said(), 'logout')
      close()
      const late = await connect(`${url}/login`, { cookie })
      equal(late.status, 401)
      late.close()
    },
  },
]
