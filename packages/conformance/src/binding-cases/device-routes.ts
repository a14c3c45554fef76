import { equal, match, notEqual } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { Route } from '../binding-app.ts'
import type { BindingCase, BindingFixture, Method } from '../binding-fixture.ts'
import { createJar } from '../jar.ts'
import { TestDevice, testDeviceProtocol } from '../test-device.ts'

const seen: (string | undefined)[] = []
const text = { kind: 'text', body: 'of the application' } as const
const login: Route = {
  path: '/login',
  handle: ({ session }) => session?.login('user-1'),
  response: text,
}
const who: Route = {
  path: '/who',
  handle: ({ session }) => void seen.push(session?.ended ?? session?.binding),
  response: text,
}
/** Where the application must see nothing of a route: behind a guard that would redirect. */
const shadowed: Route = {
  path: '/device',
  handle: () => void seen.push('the application'),
  response: text,
}
const paid: Route = {
  path: '/pay',
  guard: { kind: 'bound', options: { redirectTo: '/login' } },
  handle: () => undefined,
  response: text,
}

const https = { 'x-forwarded-proto': 'https' }
const ofBrowser = { ...https, 'sec-fetch-site': 'same-origin' }

/** Serves a browser that has logged in over HTTPS, and the header by which it was asked to bind the session. */
async function signedIn(
  fixture: BindingFixture,
  routes: readonly Route[] = [login, who, shadowed],
) {
  const options = { deviceBound: testDeviceProtocol() }
  const served = await fixture.serve(routes, { options, trustProxy: true })
  const jar = createJar()
  const device = new TestDevice()
  const request = async (path: string, init: { method?: Method; headers?: object } = {}) => {
    const cookie = jar.header ?? ''
    const reply = await served.request(path, {
      method: init.method ?? 'GET',
      headers: { ...https, cookie, ...init.headers },
    })
    jar.take(reply.setCookies)
    return reply
  }
  const post = async (path: string, headers: object) => {
    const reply = await request(path, { method: 'POST', headers: { ...ofBrowser, ...headers } })
    if (reply.status === 200) device.learn(reply.body)
    return reply
  }
  const binding = async () => {
    await request('/who')
    return seen.pop()
  }
  const { headers } = await request('/login')
  const offered = headers.get('test-registration') ?? ''
  seen.length = 0
  return { served, jar, device, offered, request, post, binding }
}

/** H11: the binding answers the requests that browsers make by themselves, with the option `deviceBound`. */
export const deviceRoutes: readonly BindingCase[] = [
  {
    id: 'H11.1',
    title: 'a browser binds its session, refreshes it, and logs in again',
    needs: ['trustProxy'],
    async run(fixture) {
      const { device, offered, post, request, binding, jar } = await signedIn(fixture)
      notEqual(offered, '')
      equal(await binding(), 'none')
      for (const [path, headers] of [
        ['/device', () => device.registration(offered)],
        ['/device/next', () => device.refresh()],
      ] as const) {
        const reply = await post(path, await headers())
        equal(reply.status, 200)
        deepEqual(
          ['cache-control', 'cross-origin-resource-policy', 'location'].map((name) =>
            reply.headers.get(name),
          ),
          ['no-store', 'same-origin', null],
        )
        equal(reply.setCookies.length, 1)
        const { name, attributes } = JSON.parse(reply.body)
        const line = reply.setCookies.join()
        equal(line.startsWith(`${name}=`), true)
        equal(line.replace(/^[^;]*; /, '').replace(/; Max-Age=\d+$/, ''), attributes)
        equal(await binding(), 'bound')
      }
      const again = await request('/login')
      notEqual(again.headers.get('test-registration'), null)
      equal(/\.bound=/.test(jar.header ?? ''), false)
      deepEqual(seen, [])
    },
  },
  {
    id: 'H11.2',
    title: 'only a POST of the same origin is answered, and the application sees none of them',
    needs: ['trustProxy'],
    async run(fixture) {
      const { device, offered, request, binding } = await signedIn(fixture)
      const proof = await device.registration(offered)
      for (const method of ['GET', 'PUT', 'DELETE'] as const) {
        const headers = { ...ofBrowser, ...proof }
        const reply = await request('/device', { method, headers })
        deepEqual([reply.status, reply.headers.get('allow')], [405, 'POST'])
      }
      const crossSite: object[] = [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'https://evil.example' },
      ]
      for (const headers of crossSite) {
        const method = 'POST'
        const reply = await request('/device', { method, headers: { ...proof, ...headers } })
        deepEqual([reply.status, reply.setCookies], [403, []])
      }
      equal(await binding(), 'none')
      const other = await request('/who?next=/device', { method: 'POST' })
      equal(other.body, text.body)
      deepEqual(seen, ['none'])
      seen.length = 0
    },
  },
  {
    id: 'H11.3',
    title:
      'a store that fails is a 503, which ends no binding, and no redirect of a guard responds',
    needs: ['trustProxy', 'guards'],
    async run(fixture) {
      const guarded = { ...shadowed, guard: { kind: 'session', options: { redirectTo: '/login' } } }
      const routes: readonly Route[] = [login, who, guarded as Route]
      const { served, device, offered, post, binding } = await signedIn(fixture, routes)
      await post('/device', await device.registration(offered))
      const outage = served.control.fail(['find', 'replace'])
      const down = await post('/device/next', await device.refresh())
      deepEqual([down.status, down.headers.get('retry-after'), down.setCookies], [503, '1', []])
      outage.stop()
      equal((await post('/device/next', await device.refresh())).status, 200)
      equal(await binding(), 'bound')
      const nobody = { method: 'POST', headers: ofBrowser } as const
      const unknown = await served.request('/device', nobody)
      deepEqual([unknown.status, unknown.headers.get('location')], [401, null])
      const over = await served.request('/device/next?again', nobody)
      deepEqual([over.status, over.body], [200, '{"over":true}'])
      deepEqual(seen, [])
    },
  },
  {
    id: 'H11.4',
    title: 'requireBound lets bound sessions pass, and no others',
    needs: ['trustProxy', 'guards'],
    async run(fixture) {
      const recent: Route = {
        ...paid,
        path: '/recent',
        guard: { kind: 'bound', options: { orRecent: '5m' } },
      }
      const { served, device, offered, post, request } = await signedIn(fixture, [
        login,
        paid,
        recent,
      ])
      equal((await request('/pay')).status, 403)
      equal((await request('/recent')).status, 200)
      deepEqual(served.takeErrorCodes(), ['ERR_SESSION_NOT_BOUND'])
      await post('/device', await device.registration(offered))
      equal((await request('/pay')).status, 200)
      const nobody = await served.request('/pay', { headers: https })
      equal(nobody.status, 303)
      match(nobody.headers.get('location') ?? '', /\/login$/)
    },
  },
  {
    id: 'H11.5',
    title: 'a link on another site is sent again by the browser, now with its proof',
    needs: ['trustProxy'],
    async run(fixture) {
      const { device, offered, post, request, binding, jar } = await signedIn(fixture)
      const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }
      const follow = (headers: object = {}, method: Method = 'GET') =>
        request('/who?page=2', { method, headers: { ...link, ...headers } })
      equal((await follow()).body, text.body)
      await post('/device', await device.registration(offered))
      equal(await binding(), 'bound')
      seen.length = 0
      equal((await follow()).body, text.body)
      jar.header = (jar.header ?? '').replace(/[^ ;]+\.bound=[^;]*(; )?/, '').replace(/; $/, '')
      const again = await follow()
      deepEqual(
        [again.status, again.body, again.headers.get('refresh'), again.setCookies],
        [200, '', '0;url=/who?page=2', []],
      )
      match(again.headers.get('content-type') ?? '', /^text\/html/)
      equal((await follow({ 'sec-fetch-site': 'same-site' })).body, '')
      deepEqual(seen, ['bound'])
      const others: [object, Method?][] = [
        [{ 'sec-fetch-site': 'same-origin' }],
        [{ 'sec-fetch-dest': 'image' }],
        [{}, 'POST'],
      ]
      for (const [headers, method] of others) equal((await follow(headers, method)).body, text.body)
      deepEqual(seen, ['bound', ...others.map(() => 'unbound')])
      seen.length = 0
    },
  },
]
