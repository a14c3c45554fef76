import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { Replacement, Route } from '../binding-app.ts'
import type { BindingCase, BindingFixture } from '../binding-fixture.ts'

const text = { kind: 'text', body: 'fine' } as const
const goodbye = { kind: 'text', body: 'goodbye' } as const
const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: text,
}
const read: Route = { path: '/read', handle: ({ session }) => session?.userId, response: text }

/** Checks that a route that replaces its session fails, and that the user is still logged in. */
async function failsToReplace(fixture: BindingFixture, replace: Replacement): Promise<void> {
  const logout: Route = { path: '/logout', handle: () => undefined, replace, response: goodbye }
  const { request, manager, takeErrorCodes } = await fixture.serve([login, logout])
  const { cookie } = await request('/login')
  const { status, body, setCookies } = await request('/logout', { headers: { cookie } })
  deepEqual([status, body.includes('goodbye'), setCookies], [500, false, []], replace)
  if (replace !== 'delete') deepEqual(takeErrorCodes(), ['ERR_CONFIG_INVALID'], replace)
  equal((await manager.read({ cookie })).userId, 'user-1')
}

/** H4: what an application may mistake when it mounts sessions or logs out as with another library. */
export const mounts: readonly BindingCase[] = [
  {
    id: 'H4.9',
    title:
      'two managers with one cookie or one header are refused, at the first request at the latest',
    needs: ['as'],
    async run(fixture) {
      for (const options of [{}, { tokenIn: { header: 'X-Token' }, cookieName: 'sid2' }] as const) {
        const served = await fixture
          .serve([read], {
            mounts: ({ createManager }) => [
              { manager: createManager({ ...options, cookieName: 'sid' }) },
              { manager: createManager(options), as: 'adminSession' },
            ],
          })
          .catch((error: unknown) => Object(error).code)
        if (served === 'ERR_CONFIG_INVALID') continue // refused when they were mounted
        const { status, body } = await served.request('/read')
        deepEqual([status, body.includes('fine')], [500, false])
        deepEqual(served.takeErrorCodes(), ['ERR_CONFIG_INVALID'])
      }
    },
  },
  {
    id: 'H4.10',
    title: 'a session that is set to null, undefined or {} is 500, and the user stays logged in',
    needs: ['replace'],
    async run(fixture) {
      for (const replace of ['null', 'undefined', 'object'] as const)
        await failsToReplace(fixture, replace)
    },
  },
  {
    id: 'H4.11',
    title: 'a session that is deleted from its request is 500, and the user stays logged in',
    needs: ['delete'],
    run: (fixture) => failsToReplace(fixture, 'delete'),
  },
]
