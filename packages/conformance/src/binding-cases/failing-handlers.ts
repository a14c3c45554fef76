import { equal } from 'node:assert/strict'
import type { Session } from '@sojourn/core'
import { deepEqual } from '../asserts.ts'
import type { Route } from '../binding-app.ts'
import type { BindingCase } from '../binding-fixture.ts'
import { deferred } from '../deferred.ts'
import { put, type TestData } from '../visitor.ts'

const text = { kind: 'text', body: 'fine' } as const
const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: text,
}

/** What handlers throw: errors, and what JavaScript lets them throw besides. Each case calls `make` once. */
const thrown: readonly { readonly name: string; make(): unknown }[] = [
  { name: 'an Error', make: () => Object.assign(new Error('boom'), { status: 418 }) },
  { name: 'a string', make: () => 'boom' },
  { name: 'undefined', make: () => undefined },
  { name: 'null', make: () => null },
  { name: 'an object', make: () => ({ status: 418 }) },
  { name: 'a Response', make: () => new Response('boom', { status: 418 }) },
]

/** Routes that change a session and then throw, one for each kind of value, at `/0`, `/1` and so on. */
const throwing = (change: (session: Session<TestData>) => unknown): readonly Route[] =>
  thrown.map(({ make }, index) => ({
    path: `/${index}`,
    async handle({ session }) {
      if (session) await change(session)
      throw make()
    },
    response: text,
  }))

/** H8: a handler that throws, and a client that leaves while the handler runs. */
export const failingHandlers: readonly BindingCase[] = [
  {
    id: 'H8.1',
    title: 'what a handler changed before it threw is saved, whatever it threw',
    async run(fixture) {
      const { request, manager } = await fixture.serve([login, ...throwing(put({ n: 1 }))])
      for (const [index, { name }] of thrown.entries()) {
        const { cookie } = await request('/login')
        await request(`/${index}`, { headers: { cookie } }) // the framework chooses the status
        deepEqual({ ...(await manager.read({ cookie })).data }, { n: 1 }, name)
      }
    },
  },
  {
    id: 'H8.2',
    title: 'a new session of a handler that throws has its cookie sent, or is not created',
    async run(fixture) {
      const { request, takeCalls } = await fixture.serve(throwing(put({ n: 1 })))
      for (const [index, { name }] of thrown.entries()) {
        const { setCookies } = await request(`/${index}`)
        deepEqual(takeCalls(), setCookies.length > 0 ? ['insert'] : [], name)
      }
    },
  },
  {
    id: 'H8.3',
    title: 'rotate() before a throw has its cookie sent, or changes nothing',
    async run(fixture) {
      const { request, manager } = await fixture.serve([
        login,
        ...throwing((session) => session.rotate()),
      ])
      for (const [index, { name }] of thrown.entries()) {
        const { cookie: before } = await request('/login')
        const { cookie: after } = await request(`/${index}`, { headers: { cookie: before } })
        equal((await manager.read({ cookie: after || before })).userId, 'user-1', name)
      }
    },
  },
  {
    id: 'H8.4',
    title: 'a commit that fails after a throw is 503 with Retry-After, whatever was thrown',
    async run(fixture) {
      const { request, control } = await fixture.serve([login, ...throwing(put({ n: 1 }))])
      const { cookie } = await request('/login')
      control.fail('replace')
      for (const [index, { name }] of thrown.entries()) {
        const { status, headers } = await request(`/${index}`, { headers: { cookie } })
        deepEqual([status, headers.get('retry-after')], [503, '1'], name)
      }
    },
  },
  ...(['returns', 'throws'] as const).map(
    (what, index): BindingCase => ({
      id: `H8.${index + 5}`,
      title: `a handler whose client leaves while it runs has its change saved if it then ${what}`,
      async run(fixture) {
        const begun = deferred()
        const left = deferred()
        const slow: Route = {
          path: '/slow',
          async handle({ session }) {
            begun.resolve()
            await left.promise
            if (session) put({ n: 1 })(session)
            if (what === 'throws') throw new Error('boom')
          },
          response: text,
        }
        const { request, manager } = await fixture.serve([login, slow])
        const { cookie } = await request('/login')
        const leaving = new AbortController()
        const reply = request('/slow', { headers: { cookie }, signal: leaving.signal }).catch(
          () => undefined,
        )
        await begun.promise
        leaving.abort()
        await reply
        for (let turn = 0; turn < 3; turn++) await request('/login') // the server learns of it meanwhile
        left.resolve()
        const isSaved = async () => (await manager.read({ cookie })).data['n'] === 1
        for (let turn = 0; turn < 200 && !(await isSaved()); turn++) await new Promise(setImmediate)
        equal(await isSaved(), true)
      },
    }),
  ),
]
