import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { GuardSpec, Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'

const text = { kind: 'text', body: 'fine' } as const
const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: text,
}
const behind = (guard: GuardSpec): Route => ({
  path: '/guarded',
  guard,
  handle: () => undefined,
  response: text,
})
const needs = ['guards']

/** H5: guards that ask how the user has authenticated, and whether it is the user in person. */
export const guardsOfLevels: readonly BindingCase[] = [
  {
    id: 'H5.9',
    title: 'requireRecent with a method passes who has proved it, and no one else',
    needs,
    async run(fixture) {
      const options = { method: ['totp', 'passkey'], redirectTo: '/confirm' }
      const prove: Route = {
        path: '/prove',
        handle: ({ session }) => session?.addFactor({ method: 'passkey' }),
        response: text,
      }
      const guard = { kind: 'recent', duration: '10m', options } as const
      const { request } = await fixture.serve([login, prove, behind(guard)])
      const { cookie } = await request('/login')
      const { status, headers } = await request('/guarded', { headers: { cookie } })
      deepEqual([status, headers.get('location')], [303, '/confirm'])
      const proved = await request('/prove', { headers: { cookie } })
      equal((await request('/guarded', { headers: { cookie: proved.cookie } })).status, 200)
    },
  },
  {
    id: 'H5.10',
    title: 'with own, requireSession is 403 while somebody acts as the user, even with redirectTo',
    needs,
    async run(fixture) {
      const act: Route = {
        path: '/act',
        handle: ({ session }) => session?.actAs('user-2'),
        response: text,
      }
      const guard = { kind: 'session', options: { own: true, redirectTo: '/login' } } as const
      const { request, takeErrorCodes } = await fixture.serve([login, act, behind(guard)], {
        options: { acting: true },
      })
      const { cookie } = await request('/login')
      equal((await request('/guarded', { headers: { cookie } })).status, 200)
      const acting = await request('/act', { headers: { cookie } })
      equal((await request('/guarded', { headers: { cookie: acting.cookie } })).status, 403)
      deepEqual(takeErrorCodes(), ['ERR_SESSION_ACTING'])
    },
  },
]
