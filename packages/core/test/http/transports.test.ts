import { describe, expect, test } from 'vitest'
import { testManager } from '../support.ts'
import { login, setUp, ways } from './requests.ts'

describe('by default', () => {
  test('a token is looked for in the cookie alone (B-13)', async () => {
    const { ask, calls } = setUp({})
    const token = (await ask({}, login)).cookie?.slice('sid='.length) ?? ''
    calls.length = 0
    for (const headers of [
      ...ways.map(({ ask }) => ask(token)),
      { sid: token, 'session-token': token },
    ])
      expect((await ask({ headers })).session.isNew).toBe(true)
    expect(calls).toEqual([])
  })
})

/** One of each kind at least. */
const reserved = [
  ...['Cookie', 'Set-Cookie', 'Host', 'Authorization', 'Content-Length', 'Transfer-Encoding'],
  ...['Vary', 'Location', 'Alt-Svc', 'Connection', 'Upgrade', 'Retry-After', 'Trailer', 'Expires'],
  ...[
    'Sec-WebSocket-Protocol',
    'Sec-Fetch-Site',
    'Access-Control-Allow-Origin',
    'Origin',
    'Refresh',
  ],
  ...['Strict-Transport-Security', 'Content-Security-Policy', 'X-Frame-Options', 'Link', 'NEL'],
  ...[
    'Cross-Origin-Opener-Policy',
    'Permissions-Policy',
    'Clear-Site-Data',
    'Service-Worker-Allowed',
  ],
  ...[
    'X-Accel-Redirect',
    'X-Accel-Expires',
    'x-accel-buffering',
    'X-Sendfile',
    'X-Lighttpd-Send-File',
  ],
  ...['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'True-Client-IP', 'CF-Connecting-IP', 'Via'],
  ...['X-Original-URL', 'X-Rewrite-URL', 'X-HTTP-Method-Override', 'X-Reproxy-URL', 'X-Request-ID'],
  ...['Cache-Control', 'CDN-Cache-Control', 'Cloudflare-CDN-Cache-Control', 'Surrogate-Control'],
  ...['Surrogate-Key', 'Edge-Control', 'Cache-Tag', 'X-Varnish', 'Proxy-Authorization', 'If-Match'],
  ...['X-Amz-Security-Token', 'X-Middleware-Subrequest', 'X-CSRF-Token', 'Traceparent', 'ETag'],
]

describe('tokenIn is refused', () => {
  test.each<[string, unknown, RegExp]>([
    ['an empty list', [], /names no way/],
    ['another word', 'query', /holds query/],
    ['nothing', null, /holds null/],
    ['a URL', { query: 'sid' }, /holds/],
    ['a header that is no text', { header: 7 }, /holds/],
    ['one way twice', ['bearer', 'bearer'], /twice/],
    ['one header twice', [{ header: 'X-Token' }, { header: 'x-token' }], /twice/],
    ['the header that answers bearer beside it', ['bearer', { header: 'session-token' }], /twice/],
    ...['', 'a b', 'a:b', 'a\r\nb', 'ä', 'x'.repeat(65)].map((name): [string, unknown, RegExp] => [
      `the header ${JSON.stringify(name.slice(0, 9))}`,
      { header: name },
      /not the name of one/,
    ]),
    ...reserved.map((name): [string, unknown, RegExp] => [
      name,
      { header: name },
      /which means something (in HTTP|to \w+).*a header of your own such as/,
    ]),
  ])('for %s', (_title, tokenIn, message) => {
    const make = () => testManager({ tokenIn: tokenIn as never })
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(message)
  })

  test('for nothing that a client may reasonably want', () => {
    for (const name of [
      'X-Session-Token',
      'x-auth',
      'Token',
      'Session',
      'X-Session-ID',
      'X-Auth-Token',
      'X-Api-Key',
    ])
      expect(testManager({ tokenIn: { header: name } }).manager.tokenIn).toEqual([{ header: name }])
    expect(testManager().manager.tokenIn).toEqual(['cookie'])
  })
})
