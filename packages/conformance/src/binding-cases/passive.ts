import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { Mount, Route } from '../binding-app.ts'
import type { BindingCase, BindingFixture } from '../binding-fixture.ts'

const minute = 60_000
const text = { kind: 'text', body: 'fine' } as const

const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: text,
}
const read: Route = { path: '/read', handle: ({ session }) => session?.userId, response: text }
const guard = { kind: 'session' } as const
const poll: Route = { ...read, path: '/poll', guard }
const count: Route = {
  path: '/poll/count',
  handle({ session }) {
    if (session) session.data['n'] = Number(session.data['n'] ?? 0) + 1
  },
  response: text,
}

const isPassive = (path: string) => path.startsWith('/poll')

/** Serves the routes with sessions that are idle for ten minutes at most, and with a clock that the case sets. */
async function serveAt(
  fixture: BindingFixture,
  mountsOf: (mount: Mount) => readonly Mount[] = (mount) => [{ ...mount, isPassive }],
) {
  const clock = { now: Date.UTC(2030, 0, 1) }
  const served = await fixture.serve([login, read, poll, count], {
    options: { clock: () => clock.now, maxAge: '10m', touchInterval: '1m', rotationInterval: '3m' },
    mounts: ({ createManager }) => mountsOf({ manager: createManager({}) }),
  })
  const { cookie } = await served.request('/login')
  served.takeCalls()
  return { ...served, clock, cookie }
}

/** Makes a request every two minutes, for twelve minutes. Returns the statuses, and how many cookies were sent. */
async function useFor12Minutes(
  { clock, cookie, request }: Awaited<ReturnType<typeof serveAt>>,
  path: string,
) {
  const statuses: number[] = []
  let cookies = 0
  for (let minutes = 0; minutes < 12; minutes += 2) {
    clock.now += 2 * minute
    const { status, setCookies } = await request(path, { headers: { cookie } })
    statuses.push(status)
    cookies += setCookies.length
  }
  return { statuses, cookies }
}

/** H9: requests that do not count as use. */
export const passive: readonly BindingCase[] = [
  {
    id: 'H9.1',
    title:
      'a passive request passes its guard, sends no cookie, writes nothing and prolongs nothing',
    needs: ['passive', 'guards'],
    async run(fixture) {
      const served = await serveAt(fixture)
      const polled = await useFor12Minutes(served, '/poll')
      deepEqual(polled, { statuses: [200, 200, 200, 200, 200, 401], cookies: 0 })
      deepEqual(served.takeCalls(), Array(6).fill('find'))
    },
  },
  {
    id: 'H9.2',
    title: 'another request prolongs the session',
    needs: ['passive'],
    async run(fixture) {
      const served = await serveAt(fixture)
      await useFor12Minutes(served, '/read')
      const { cookie } = served
      equal((await served.request('/read', { headers: { cookie } })).status, 200)
      equal((await served.manager.read({ cookie })).userId, 'user-1')
    },
  },
  {
    id: 'H9.3',
    title: 'what a passive request changes is written, and the session is not prolonged by it',
    needs: ['passive'],
    async run(fixture) {
      const served = await serveAt(fixture)
      const { clock, cookie, manager } = served
      const before = (await manager.read({ cookie })).info
      clock.now += 2 * minute
      const reply = await served.request('/poll/count', { headers: { cookie } })
      deepEqual([reply.status, reply.setCookies], [200, []])
      const after = await manager.read({ cookie })
      deepEqual([after.data['n'], after.info?.expiresAt], [1, before?.expiresAt])
    },
  },
  {
    id: 'H9.4',
    title: 'a request is passive if one of two mounts of its manager says so',
    needs: ['passive', 'guards'],
    async run(fixture) {
      const served = await serveAt(fixture, (mount) => [mount, { ...mount, isPassive }])
      const { statuses } = await useFor12Minutes(served, '/poll')
      deepEqual(statuses, [200, 200, 200, 200, 200, 401])
    },
  },
  {
    id: 'H9.5',
    title: 'a function that fails, or returns a promise, fails the request',
    needs: ['passive'],
    async run(fixture) {
      const wrong = (path: string) => {
        if (path === '/poll') throw Object.assign(new Error('broken'), { code: 'BROKEN' })
        return path === '/poll/count' ? (Promise.resolve(true) as unknown as boolean) : false
      }
      const served = await serveAt(fixture, (mount) => [{ ...mount, isPassive: wrong }])
      const { cookie, request, takeErrorCodes } = served
      for (const [path, code] of [
        ['/poll', 'BROKEN'],
        ['/poll/count', 'ERR_CONFIG_INVALID'],
      ] as const) {
        const { status, body } = await request(path, { headers: { cookie } })
        deepEqual([status, body.includes('fine'), takeErrorCodes()], [500, false, [code]], path)
      }
    },
  },
]
