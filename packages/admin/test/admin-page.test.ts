import {
  createSessionManager,
  devConfig,
  SessionAccessError,
  SessionStoreError,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { memoryBackend, memoryStore } from '@sojourn/store-memory'
import { describe, expect, test, vi } from 'vitest'
import { type AdminOptions, adminPage } from '../src/index.ts'
import { origin, testPage } from './support.ts'

const secret = 'a secret that only this test run knows: 7Kq2mZ'
const manager = createSessionManager(devConfig(secret, { store: memoryStore() }))

describe('adminPage() refuses', () => {
  test.each<[string, unknown, RegExp]>([
    ['no options', undefined, /no authorize, so everybody could end all sessions/],
    ['no authorize', {}, /no authorize/],
    ['an authorize that is no function', { authorize: true }, /no authorize/],
    ['an option that it does not know', { authorise: () => true }, /Write authorize/],
    ['an option of the manager', { authorize: () => true, store: 1 }, /Give it to the manager/],
    ['a showData of text', { authorize: () => true, showData: 'all' }, /showData is neither/],
    ['a by of texts', { authorize: () => true, by: { role: 'role' } }, /by\.role is no function/],
    ['an audit of text', { authorize: () => true, audit: 'log' }, /audit is no function/],
    ['an onError of text', { authorize: () => true, onError: 'log' }, /onError is no function/],
    ['a title that is no text', { authorize: () => true, title: 5 }, /title is no text/],
    [
      'an origin that is none',
      { authorize: () => true, trustedOrigins: ['example.org'] },
      /no origin/,
    ],
  ])('%s', (_title, options, message) => {
    const make = () => adminPage(manager, options as AdminOptions)
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(message)
  })

  test('what is no manager, and a store that cannot list its sessions', () => {
    const options = { authorize: () => true }
    expect(() => adminPage({} as never, options)).toThrow(/adminPage\(\) was given/)
    const backend = memoryBackend()
    const supports = { ...backend.supports, scan: false }
    const store = keyedStore({ ...backend, supports })
    const blind = createSessionManager(devConfig(secret, { store }))
    expect(() => adminPage(blind, options)).toThrow(/cannot list all sessions/)
  })
})

describe('a stranger', () => {
  test.each<[string, AdminOptions['authorize']]>([
    ['false', () => false],
    ['an empty name', () => ''],
    ['nothing', () => undefined],
    ['a promise of nothing', async () => null],
    [
      'a refusal',
      () => {
        throw new SessionAccessError('ERR_SESSION_REQUIRED', 'for developers')
      },
    ],
  ])('of whom authorize says %s finds nothing, whatever is asked for', async (_, authorize) => {
    const { get, post, logIn, manager: own, errors } = testPage({ authorize })
    const id = await logIn('ada')
    const responses = [
      await get(),
      await get('?file=page.js'),
      await get('?api=stats'),
      await get(`?api=session&id=${id}`),
      await post('?api=revoke', { id }),
      await post('?api=revoke', { id }, { 'sec-fetch-site': 'cross-site' }),
      await post('?api=revoke-everybody', { confirm: 'end all sessions' }),
    ]
    for (const response of responses) {
      expect(response.status).toBe(404)
      expect(await response.text()).toBe('Not Found')
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
    expect(await own.sessions('ada')).toHaveLength(1)
    expect(errors).toEqual([])
  })

  test('gets the response that authorize returns, such as a redirect', async () => {
    const headers = { location: '/login' }
    const { get } = testPage({ authorize: () => new Response(null, { status: 303, headers }) })
    const response = await get('?api=stats')
    expect([response.status, response.headers.get('location')]).toEqual([303, '/login'])
  })

  test('learns nothing of an error of authorize', async () => {
    const error = new Error('password of the directory: hunter2')
    const { get, errors } = testPage({ authorize: () => Promise.reject(error) })
    const response = await get()
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('hunter2')
    expect(errors).toEqual([error])
    const down = new SessionStoreError('ERR_STORE_UNAVAILABLE', 'redis://10.0.0.7 is down')
    const { get: other } = testPage({ authorize: () => Promise.reject(down) })
    const refused = await other()
    expect(refused.status).toBe(503)
    expect(await refused.text()).not.toContain('10.0.0.7')
  })
})

test('authorize is asked for each request, with the request', async () => {
  const authorize = vi.fn((request: Request) => request.headers.get('x-operator'))
  const { get } = testPage({ authorize })
  expect((await get('?file=page.css', { 'x-operator': 'Olga' })).status).toBe(200)
  expect((await get('?file=page.css')).status).toBe(404)
  expect(authorize).toHaveBeenCalledTimes(2)
})

describe('the page', () => {
  test('has a strict policy, and no code or style of its own', async () => {
    const { get } = testPage()
    const response = await get()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    const html = await response.text()
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|https?:/)
    expect(html.match(/<script/g)).toHaveLength(1)
  })

  test('shows names as text, however hostile', async () => {
    const hostile = `</title><script>alert(1)</script>"'&`
    const { get } = testPage({
      authorize: () => hostile,
      title: hostile,
      by: { [hostile]: () => 1 },
    })
    const html = await (await get()).text()
    expect(html.match(/<script/g)).toHaveLength(1)
    expect(html).toContain('Signed in as &#60;/title&#62;&#60;script&#62;alert(1)')
  })

  test('has files that a browser may keep, and no others', async () => {
    const { get } = testPage()
    for (const [name, type] of Object.entries({
      'page.js': 'text/javascript',
      'page.css': 'text/css',
      'icon.svg': 'image/svg+xml',
    })) {
      const response = await get(`?file=${name}`)
      expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`)
    }
    for (const name of ['__proto__', 'constructor', '../package.json', ''])
      expect((await get(`?file=${name}`)).status).toBe(404)
    const html = await (await get()).text()
    for (const [, found = ''] of html.matchAll(/(?:src|href)="(\?[^"]+)"/g)) {
      const query = found.replaceAll('&amp;', '&')
      const response = await get(query)
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toContain('immutable')
      // What a server of another release sends for this address must not stay there for a year.
      for (const other of [`${query}0`, query.replace(/&v=.*/, '')])
        expect((await get(other)).headers.get('cache-control')).toBe('no-store')
    }
  })

  test('is the same at every path, and its files are found from there', async () => {
    const { handle } = testPage()
    for (const path of ['/', '/admin', '/admin/', '/a/b/c.html', '/?utm=1'])
      expect((await handle(new Request(origin + path))).status).toBe(200)
  })

  test('responds to HEAD without a body, and to nothing but reads and its own writes', async () => {
    const { handle } = testPage()
    const head = await handle(new Request(`${origin}/admin`, { method: 'HEAD' }))
    expect([head.status, await head.text()]).toEqual([200, ''])
    const headers = { 'sec-fetch-site': 'same-origin' }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
      expect((await handle(new Request(`${origin}/admin`, { method, headers }))).status).toBe(404)
    const put = new Request(`${origin}/admin?api=revoke`, { method: 'PUT', headers })
    expect((await handle(put)).status).toBe(404)
    expect((await handle(new Request(`${origin}/admin?api=revoke`))).status).toBe(404)
  })
})

test('another site cannot let the operator search, which it could time, count or see data', async () => {
  const audit = vi.fn()
  const { get, logIn, manager } = testPage({ showData: true, audit })
  const id = await logIn('ada')
  const [scan, inspect] = [vi.spyOn(manager, 'scan'), vi.spyOn(manager, 'inspect')]
  const queries = [
    '?api=stats&fresh',
    '?api=scan&text=ada',
    '?api=user&user=ada',
    `?api=session&id=${id}`,
  ]
  for (const query of queries)
    for (const site of ['cross-site', 'same-site', 'cross-site, none'])
      expect((await get(query, { 'sec-fetch-site': site })).status).toBe(403)
  expect([scan, inspect, audit].flatMap(({ mock }) => mock.calls)).toEqual([])
  for (const headers of [{}, { 'sec-fetch-site': 'none' }, { 'sec-fetch-site': 'same-origin' }])
    for (const query of queries) expect((await get(query, headers)).status).toBe(200)
  expect((await get('', { 'sec-fetch-site': 'cross-site' })).status).toBe(200) // a link to the page
})

test('an operator is not taken for one by another site', async () => {
  const { post, logIn, manager: own } = testPage()
  const id = await logIn('ada')
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    {},
  ]) {
    const response = await post('?api=revoke', { id }, headers)
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({ error: 'This request came from another site.' })
  }
  expect(await own.sessions('ada')).toHaveLength(1)
  const trusted = testPage({ trustedOrigins: ['https://ops.example'] })
  const response = await trusted.post('?api=revoke', { id }, { origin: 'https://ops.example' })
  expect(response.status).toBe(200)
})
