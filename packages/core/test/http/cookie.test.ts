import { createSecretKey, randomBytes } from 'node:crypto'
import { createTestCarrier } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { cookieBounds, createCookieWriter, parseCookie } from '../../src/http/cookie.ts'
import { mintSecret, mintToken } from '../../src/record/token.ts'
import { mintId } from '../contexts.ts'
import { countHashes } from '../spy-on-crypto.ts'
import { signedIn } from '../support.ts'

const hashes = countHashes()

const keys = [createSecretKey(randomBytes(32))]
const complete = {
  cookieName: '__Host-sid',
  path: '/',
  domain: undefined,
  secure: true,
  httpOnly: true,
  sameSite: 'lax',
  partitioned: false,
} as const
const writer = (options: object = {}) => createCookieWriter({ ...complete, ...options })

describe('a Cookie header', () => {
  test('gives the values of exactly one name, in order, each once', () => {
    expect(parseCookie('a=1; sid=x; b=2; sid=y; sid=x', 'sid')).toEqual(['x', 'y'])
    expect(parseCookie('sid=x', 'sid')).toEqual(['x'])
    expect(parseCookie('sid = x ;\tsid=\ty\t', 'sid')).toEqual(['x', 'y'])
    expect(parseCookie('sid=a=b', 'sid')).toEqual(['a=b'])
    expect(parseCookie('sid="x"', 'sid')).toEqual(['"x"'])
  })

  test.each([
    '',
    ';;;',
    '=x',
    'sid',
    'sid; x',
    'Sid=x',
    'SID=x',
    'ssid=x',
    'sidd=x',
    's%69d=x',
    '\u00a0sid=x',
    'sid\u0000=x',
    'x=sid=y',
    ',sid=x',
  ])('that does not name it gives nothing: %j', (header) => {
    expect(parseCookie(header, 'sid')).toEqual([])
  })

  test('does not decode, fold or mangle names into a prefixed one', () => {
    for (const name of ['%5F%5FHost-sid', '__host-sid', '_[Host-sid', '\u00a0__Host-sid'])
      expect(parseCookie(`${name}=v`, '__Host-sid')).toEqual([])
  })

  test('is not harmed by the names of Object', () => {
    const header = '__proto__=x; constructor=y; hasOwnProperty=z; toString=1; sid=v'
    expect(parseCookie(header, 'sid')).toEqual(['v'])
    expect(({} as { x?: string }).x).toBeUndefined()
  })

  test('is read within bounds', () => {
    const pairs = (count: number) => Array.from({ length: count }, (_, n) => `c${n}=1`).join('; ')
    expect(parseCookie(pairs(cookieBounds.pairs), 'sid')).toEqual([])
    expect(parseCookie(pairs(cookieBounds.pairs + 1), 'sid')).toBe('excessive')
    expect(parseCookie(`sid=${'x'.repeat(cookieBounds.bytes)}`, 'sid')).toBe('excessive')
    expect(parseCookie('sid=1; sid=2; sid=3; sid=4', 'sid')).toHaveLength(4)
    expect(parseCookie('sid=1; sid=2; sid=3; sid=4; sid=5', 'sid')).toBe('excessive')
  })
})

describe('a Set-Cookie line', () => {
  test('by default names this host only, and is Secure, HttpOnly and Lax', () => {
    expect(writer().set({ name: '__Host-sid', value: 't' }, undefined)).toBe(
      '__Host-sid=t; Path=/; HttpOnly; Secure; SameSite=Lax',
    )
  })

  test('says Max-Age in whole seconds, rounded up, at most 400 days', () => {
    expect(writer().set({ name: '__Host-sid', value: 't' }, 1001)).toMatch(/; Max-Age=2$/)
    expect(writer().set({ name: '__Host-sid', value: 't' }, 1)).toMatch(/; Max-Age=1$/)
    expect(writer().set({ name: '__Host-sid', value: 't' }, 1e15)).toMatch(/; Max-Age=34560000$/)
  })

  test('that ends a cookie repeats its name, path, domain and flags', () => {
    const options = {
      cookieName: '__Secure-sid',
      domain: 'example.com',
      path: '/app',
      sameSite: 'none',
      partitioned: true,
    }
    const line = writer(options).clear('__Secure-sid')
    expect(line).toMatch(
      /^__Secure-sid=; Path=\/app; Domain=example\.com; HttpOnly; Secure; SameSite=None; Partitioned; /,
    )
    expect(line).toMatch(/Max-Age=0; Expires=Thu, 01 Jan 1970/)
  })
})

describe('cookie options are refused', () => {
  const cases: [string, object, RegExp][] = [
    ['__Host- with a domain', { domain: 'example.com' }, /needs path '\/' and no domain/],
    ['__Host- with a path', { path: '/x' }, /needs path '\/' and no domain/],
    ['__Host- without secure', { secure: false }, /needs secure: true/],
    ['__host- in lower case without secure', { cookieName: '__host-sid', secure: false }, /secure/],
    ['__Secure- without secure', { cookieName: '__Secure-sid', secure: false }, /secure: true/],
    ['__Http- without httpOnly', { cookieName: '__Http-sid', httpOnly: false }, /httpOnly: true/],
    [
      '__Host-Http- without httpOnly',
      { cookieName: '__Host-Http-sid', httpOnly: false },
      /httpOnly/,
    ],
    [
      'SameSite=None without secure',
      { cookieName: 'sid', secure: false, sameSite: 'none' },
      /'none' needs secure/,
    ],
    [
      'Partitioned without secure',
      { cookieName: 'sid', secure: false, partitioned: true },
      /partitioned needs secure/,
    ],
    ...[
      'a b',
      'a=b',
      'a;b',
      'a\u0001',
      'ä',
      '',
      'x'.repeat(257),
      '__proto__',
      'sid.next',
      '__Host-sid.1',
    ].map((cookieName): [string, object, RegExp] => [
      `the name ${JSON.stringify(cookieName.slice(0, 9))}`,
      { cookieName },
      /cookieName/,
    ]),
    ...['/a;b', '/a\r\nX: y', '/a,b', 'a', '', '/ä'].map((path): [string, object, RegExp] => [
      `the path ${JSON.stringify(path)}`,
      { cookieName: 'sid', path },
      /path/,
    ]),
    ...['a;b', 'a\r\nb', 'a,b', ''].map((domain): [string, object, RegExp] => [
      `the domain ${JSON.stringify(domain)}`,
      { cookieName: 'sid', domain },
      /domain/,
    ]),
    ['an unknown sameSite', { sameSite: 'Lax\r\nX: y' }, /sameSite must be/],
    ['a secure that is no boolean', { secure: 'auto' }, /secure must be true or false/],
  ]
  test.each(cases)('%s', (_title, options, message) => {
    expect(() => writer(options)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(() => writer(options)).toThrow(message)
  })
})

test('B-11: beyond the bounds of a Cookie header no signature is computed, within them at most four', async () => {
  const { manager, visitor } = await signedIn()
  const token = () => mintToken(mintId(), { secret: mintSecret(), generation: 1 }, keys)
  const pairs = (count: number) => Array.from({ length: count }, () => `sid=${token()}`)
  const large = [pairs(5), pairs(10_000), [visitor.cookie, `x=${'x'.repeat(65_536)}`]]
  const headers = [...large, [`sid=${'x'.repeat(4096)}`], [`sid=${'x'.repeat(100_000)}`]]
  hashes()
  for (const header of headers)
    expect((await manager.load(createTestCarrier({ cookie: header.join('; ') }))).isNew).toBe(true)
  expect(hashes()).toBe(0)
  const four = pairs(4).join('; ')
  hashes()
  await manager.load(createTestCarrier({ cookie: four }))
  expect(hashes()).toBe(4 * 2)
})

test('C-04: the longest cookie that can be configured is far below 4,096 bytes', () => {
  const token = mintToken(mintId(), { secret: mintSecret(), generation: 1 }, keys)
  const options = { ...complete, cookieName: 'x'.repeat(256) }
  const [pair = ''] = createCookieWriter(options)
    .set({ name: options.cookieName, value: token }, undefined)
    .split(';')
  expect(Buffer.byteLength(pair)).toBe(256 + 1 + 110)
})

test('C-05: attributes that are not text are refused, and an unknown one is never written', () => {
  const shy = { toString: () => '/', startsWith: () => true }
  const wrong = [{ path: shy }, { domain: shy }, { path: ['/'] }, { sameSite: ['lax'] }]
  for (const options of [...wrong, { sameSite: '__proto__' }, { domain: null }])
    expect(() =>
      createCookieWriter({ ...complete, cookieName: 'sid', ...options } as never),
    ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  const writer = createCookieWriter({
    ...complete,
    cookieName: 'sid',
    priority: 'High\r\nX: y',
  } as never)
  expect(writer.set({ name: 'sid', value: 't' }, 1) + writer.clear('sid')).not.toMatch(
    /priority|[\r\n]|X:/i,
  )
})
