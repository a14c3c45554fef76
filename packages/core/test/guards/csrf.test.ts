import { describe, expect, test } from 'vitest'
import { SessionAccessError, SessionUsageError } from '../../src/errors.ts'
import {
  type CsrfOptions,
  type CsrfRequest,
  createCsrfGuard,
  csrfField,
} from '../../src/guards/csrf.ts'

/** What the guard does with a request: 'pass', or the code of its refusal. */
function judge(
  { method = 'POST', ...headers }: Record<string, string>,
  options: CsrfOptions = {},
  more: Partial<Pick<CsrfRequest, 'secure' | 'sentMethod'>> = {},
): string {
  const sent = new Map<string, string>()
  try {
    createCsrfGuard(options).check({
      ...more,
      method,
      header: (name) => (name === 'host' ? 'example.com' : headers[name]),
      get: (name) => sent.get(name.toLowerCase()),
      set: (name, value) => sent.set(name.toLowerCase(), value),
    })
    return 'pass'
  } catch (error) {
    return error instanceof SessionAccessError ? error.code : String(error)
  }
}

const pass = 'pass'
const refused = 'ERR_CSRF_REFUSED'

describe("Go 1.25's table of CrossOriginProtection", () => {
  test.each([
    ['same-origin', { 'sec-fetch-site': 'same-origin' }, pass],
    ['none', { 'sec-fetch-site': 'none' }, pass],
    ['cross-site', { 'sec-fetch-site': 'cross-site' }, refused],
    ['same-site', { 'sec-fetch-site': 'same-site' }, refused],
    ['an unknown value', { 'sec-fetch-site': 'Same-Origin' }, refused],
    ['two values', { 'sec-fetch-site': 'same-origin, same-origin' }, refused],
    ['neither header', {}, pass],
    ['no site, our origin', { origin: 'https://example.com' }, pass],
    ['no site, our origin by another scheme', { origin: 'http://example.com' }, pass],
    ['no site, our host in an extension', { origin: 'chrome-extension://example.com' }, refused],
    ['no site, our host in an app', { origin: 'capacitor://example.com' }, refused],
    ['no site, another port', { origin: 'https://example.com:8443' }, refused],
    ['no site, another origin', { origin: 'https://attacker.example' }, refused],
    ['no site, origin null', { origin: 'null' }, refused],
    ['no site, a name that begins as ours', { origin: 'https://example.com.evil' }, refused],
    ['no site, our name as a user', { origin: 'https://example.com@evil' }, refused],
    ['no site, two origins', { origin: 'https://example.com, https://evil' }, refused],
    ['same-origin and another origin', { 'sec-fetch-site': 'same-origin', origin: 'null' }, pass],
    [
      'cross-site and our origin',
      { 'sec-fetch-site': 'cross-site', origin: 'https://example.com' },
      refused,
    ],
  ] as const)('POST, %s', (_, headers, verdict) => {
    expect(judge(headers)).toBe(verdict)
  })

  test.each(['GET', 'HEAD', 'OPTIONS'])('%s passes from anywhere', (method) => {
    expect(judge({ method, 'sec-fetch-site': 'cross-site' })).toBe(pass)
  })

  test.each(['PUT', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE', 'get', 'Get', ''])(
    '%j is checked',
    (method) => expect(judge({ method, 'sec-fetch-site': 'cross-site' })).toBe(refused),
  )

  test('no header overrides the method', () => {
    for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method'])
      expect(judge({ 'sec-fetch-site': 'cross-site', [name]: 'GET' })).toBe(refused)
  })

  test('the content type decides nothing', () => {
    for (const type of ['text/plain', 'TEXT/PLAIN', 'application/json', ''])
      for (const [site, verdict] of [['cross-site', refused] as const, ['same-origin', pass]])
        expect(judge({ 'sec-fetch-site': site, 'content-type': type })).toBe(verdict)
  })
})

describe('beyond the table', () => {
  const upgrade = { method: 'GET', upgrade: 'websocket' }

  test('the GET that opens a WebSocket is checked like a POST', () => {
    for (const more of [{}, { upgrade: 'WebSocket' }, { upgrade: 'h2c, websocket' }]) {
      const asked = { ...upgrade, ...more }
      expect(judge({ ...asked, origin: 'https://attacker.example' })).toBe(refused)
      expect(judge({ ...asked, 'sec-fetch-site': 'same-site' })).toBe(refused)
      expect(judge({ ...asked, origin: 'null' })).toBe(refused)
      expect(judge({ ...asked, origin: 'https://example.com' })).toBe(pass)
      expect(judge(asked)).toBe(pass)
    }
    const origin = 'https://attacker.example'
    expect(judge({ ...upgrade, upgrade: 'h2c', origin })).toBe(pass)
    expect(judge({ ...upgrade, origin }, { trustedOrigins: [origin] })).toBe(pass)
  })

  test('and needs no token, which a page could not give it', () => {
    expect(judge({ ...upgrade, origin: 'https://example.com' }, { token: true })).toBe(pass)
  })

  test('a page that came by plain HTTP is another site to what came by HTTPS', () => {
    const origin = 'http://example.com'
    expect(judge({ origin }, {}, { secure: true })).toBe(refused)
    expect(judge({ origin: 'https://example.com' }, {}, { secure: true })).toBe(pass)
    expect(judge({ origin }, {}, { secure: false })).toBe(pass) // or a proxy has ended TLS, and nobody told
    expect(judge({ origin }, { trustedOrigins: [origin] }, { secure: true })).toBe(pass)
  })

  test('a request that is an instance of a class is judged like any other', () => {
    class Post {
      readonly method = 'POST'
      readonly host = 'example.com'
      readonly origin: string
      constructor(origin: string) {
        this.origin = origin
      }
      header(name: string) {
        return name === 'origin' ? this.origin : undefined
      }
      get() {
        return undefined
      }
      set() {}
    }
    const { check } = createCsrfGuard()
    expect(() => check(new Post('https://example.com'))).not.toThrow()
    expect(() => check(new Post('https://attacker.example'))).toThrow(
      expect.objectContaining({ code: 'ERR_CSRF_REFUSED' }) as Error,
    )
  })

  test('a method that was put in the place of another makes nothing safe', () => {
    const site = { 'sec-fetch-site': 'cross-site' }
    expect(judge({ ...site, method: 'GET' }, {}, { sentMethod: 'POST' })).toBe(refused)
    expect(judge({ ...site, method: 'DELETE' }, {}, { sentMethod: 'GET' })).toBe(refused)
    expect(judge({ ...site, method: 'HEAD' }, {}, { sentMethod: 'GET' })).toBe(pass)
  })

  test('a form is asked for only where its token can help', () => {
    const { needsField } = createCsrfGuard({ token: true })
    const wants = ({ method = 'POST', ...headers }: Record<string, string>) =>
      needsField({ method, header: (name) => headers[name] })
    expect(wants({})).toBe(true)
    expect(wants({ 'sec-fetch-site': 'cross-site' })).toBe(false)
    expect(wants({ origin: 'https://attacker.example', host: 'example.com' })).toBe(false)
    expect(wants({ 'x-csrf-token': '' })).toBe(false)
    expect(wants({ method: 'GET' })).toBe(false)
  })

  test('what a stranger says is one line of ASCII in the message', () => {
    const header = (name: string) =>
      name === 'origin' ? 'https://a\u009b2J\u202e'.repeat(99) : 'x'
    const check = () =>
      createCsrfGuard().check({ method: 'POST', header, get: () => undefined, set: () => {} })
    expect(check).toThrow(/^[\x20-\x7e]{1,500}$/)
  })
})

describe('trusted origins', () => {
  const options = { trustedOrigins: ['https://trusted.example'] }

  test.each([
    [{ origin: 'https://trusted.example' }, pass],
    [{ origin: 'https://trusted.example', 'sec-fetch-site': 'cross-site' }, pass],
    [{ origin: 'https://trusted.example', 'sec-fetch-site': 'same-site' }, pass],
    [{ origin: 'http://trusted.example' }, refused],
    [{ origin: 'https://trusted.example:444' }, refused],
    [{ origin: 'https://a.trusted.example', 'sec-fetch-site': 'cross-site' }, refused],
    [{ origin: 'https://untrusted.example', 'sec-fetch-site': 'cross-site' }, refused],
    [{ 'sec-fetch-site': 'cross-site' }, refused],
  ])('%j', (headers, verdict) => {
    expect(judge(headers, options)).toBe(verdict)
  })

  test.each([
    'https://example.com/',
    'https://example.com/path',
    'https://example.com?query=value',
    'https://example.com#fragment',
    'https://*.example.com',
    'https://example.com:443',
    'https://Example.com',
    'https://user@example.com',
    'https://ex ample.com',
    'https://',
    'example.com',
    'null',
    '',
    '*',
    undefined,
  ])('%j is refused when constructing', (origin) => {
    const trustedOrigins = [origin as string]
    expect(() => createCsrfGuard({ trustedOrigins })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
    )
  })

  test.each([
    'https://example.com:8080',
    'http://localhost:3000',
    'http://[::1]:3000',
    'capacitor://localhost',
  ])('%j is an origin', (origin) =>
    expect(judge({ origin }, { trustedOrigins: [origin] })).toBe(pass),
  )
})

test('strict refuses what names neither its site nor its origin', () => {
  expect(judge({}, { strict: true })).toBe(refused)
  expect(judge({ 'sec-fetch-site': 'same-origin' }, { strict: true })).toBe(pass)
  expect(judge({ origin: 'https://example.com' }, { strict: true })).toBe(pass)
})

test('says in Vary what it looked at, beside what is there, whether it passes or not', () => {
  const varyAfter = (method: string, site: string) => {
    let vary: string | undefined = 'Accept, origin'
    try {
      createCsrfGuard().check({
        method,
        header: (name) => (name === 'sec-fetch-site' ? site : undefined),
        get: () => vary,
        set: (_, value) => (vary = value),
      })
    } catch {}
    return vary
  }
  expect(varyAfter('POST', 'same-origin')).toBe('Accept, origin, Sec-Fetch-Site')
  expect(varyAfter('POST', 'cross-site')).toBe('Accept, origin, Sec-Fetch-Site')
  expect(varyAfter('GET', 'cross-site')).toBe('Accept, origin')
})

test('a refusal says why, is 403, and cannot break a log line', () => {
  const check = () =>
    createCsrfGuard().check({
      method: 'POST',
      header: (name) => (name === 'origin' ? `x\n${'y'.repeat(500)}` : undefined),
      get: () => undefined,
      set: () => undefined,
    })
  expect(check).toThrow(expect.objectContaining({ status: 403, code: refused }))
  expect(check).toThrow(/^[^\n]{1,400}$/)
})

test('a token is asked of a session that is mounted', () => {
  const request = { method: 'POST', header: () => undefined, get: () => undefined, set: () => {} }
  const guard = createCsrfGuard({ token: true, as: 'adminSession' })
  expect(() => guard.check(request, undefined)).toThrow(SessionUsageError)
  expect(() => guard.check(request, undefined)).toThrow(
    /sessions\(manager, \{ as: 'adminSession' \}\)/,
  )
  expect(() => createCsrfGuard().check(request, undefined)).not.toThrow()
})

test('the field of a form is found in an object, in FormData and in URLSearchParams', () => {
  const form = new FormData()
  form.set('_csrf', 'a')
  expect([{ _csrf: 'a' }, form, new URLSearchParams('_csrf=a')].map(csrfField)).toEqual([
    'a',
    'a',
    'a',
  ])
  const twice = new URLSearchParams('_csrf=a&_csrf=a')
  expect([{ _csrf: ['a', 'a'] }, twice].map(csrfField)).toEqual(Array(2).fill(['a', 'a']))
  expect([undefined, null, 'text', {}].map(csrfField)).toEqual(Array(4).fill(undefined))
})
