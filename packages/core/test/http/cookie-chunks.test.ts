import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { cookieBounds } from '../../src/http/cookie.ts'
import { cookieCapacity, parseTokens, splitToken } from '../../src/http/cookie-chunks.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import { devConfig } from '../../src/options/presets.ts'
import { longTokenStore } from '../long-token-store.ts'

const row = { cookieName: 'sid', maxCookies: 3 }
const one = cookieCapacity('sid')
const chunk = one - 2
const most = cookieCapacity('sid', 3)

/** A token in which every part shows where it belongs. */
const token = (length: number) =>
  Array.from({ length: Math.ceil(length / 6) }, (_, n) => `${n}`.padStart(6, '.'))
    .join('')
    .slice(0, length)
const headerOf = (length: number) => pairsOf(length).join('; ')
const pairsOf = (length: number) =>
  splitToken(token(length), row).map(({ name, value }) => `${name}=${value}`)

describe('a token', () => {
  test.each([
    [1, 1],
    [one, 1],
    [one + 1, 2],
    [2 * chunk, 2],
    [2 * chunk + 1, 3],
    [most, 3],
  ])('of %i bytes takes %i cookies, and comes back joined', (length, count) => {
    const cookies = splitToken(token(length), row)
    expect(cookies.map(({ name }) => name)).toEqual(['sid', 'sid.1', 'sid.2'].slice(0, count))
    for (const { name, value } of cookies)
      expect(Buffer.byteLength(name + value)).toBeLessThan(4097)
    expect(parseTokens(headerOf(length), row)).toEqual([token(length)])
  })

  test('fills its cookies to the last byte, whatever the name', () => {
    for (const cookieName of ['s', '__Host-sid', 'x'.repeat(256)]) {
      const full = token(cookieCapacity(cookieName, 3))
      for (const { name, value } of splitToken(full, { cookieName, maxCookies: 3 }))
        expect(Buffer.byteLength(name + value)).toBe(4096)
      const single = splitToken(token(cookieCapacity(cookieName)), { cookieName, maxCookies: 1 })
      expect(single.map(({ name, value }) => Buffer.byteLength(name + value))).toEqual([4096])
    }
  })

  test('that is one byte too long is refused, and names what would hold it', () => {
    expect(() => splitToken(token(most + 1), row)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_TOO_LARGE' }),
    )
    expect(() => splitToken(token(one + 1), { ...row, maxCookies: 1 })).toThrow(
      `has ${one + 1} bytes; cookies named sid, at most 1 of them, carry ${one}`,
    )
  })

  test.each(['', 'a~b', '2~ab', 'a b', 'a;b', 'a"b', 'ä', 'a\r\nb'])(
    'that no cookie carries as it stands breaks the contract: %j',
    (wrong) => {
      expect(() => splitToken(wrong, row)).toThrow(
        expect.objectContaining({ code: 'ERR_STORE_CONTRACT' }),
      )
    },
  )

  test('takes 1 to 3 cookies, and no other number', () => {
    for (const cookies of [0, 4, 1.5, Number.NaN, '2' as never])
      expect(() => cookieCapacity('sid', cookies)).toThrow(/maxCookies is .* from 1 to 3/)
  })
})

describe('chunks', () => {
  test('come back in any order of the header, with others between', () => {
    const [first, second, third] = pairsOf(most)
    expect(parseTokens(`a=1; ${third}; sid.3=x; ${first}; b=2; ${second}`, row)).toEqual([
      token(most),
    ])
  })

  test.each<[string, (pairs: string[]) => string[]]>([
    ['without the second', ([a = '', , c = '']) => [a, c]],
    ['without the last', ([a = '', b = '']) => [a, b]],
    [
      'with two names swapped',
      ([a = '', b = '', c = '']) => [a, b.replace('sid.1', 'sid.2'), c.replace('sid.2', 'sid.1')],
    ],
    ['cut short in the middle', ([a = '', b = '', c = '']) => [a, b.slice(0, -1), c]],
    ['cut short at the first', ([a = '', b = '', c = '']) => [a.slice(0, -1), b, c]],
    ['with an empty last', ([a = '', b = '']) => [a, b, 'sid.2=']],
    ['with a last that is too long', ([a = '', b = '', c = '']) => [a, b, `${c}${'x'.repeat(99)}`]],
    [
      'counted as more than the row holds',
      ([a = '', b = '', c = '']) => [a.replace('3~', '4~'), b, c, 'sid.3=x'],
    ],
    ['counted in another spelling', ([a = '', b = '', c = '']) => [a.replace('3~', '03~'), b, c]],
  ])('%s are not joined', (_title, change) => {
    const pairs = change(pairsOf(most - 9))
    const head = pairs[0]?.slice('sid='.length)
    expect(parseTokens(pairs.join('; '), row)).toEqual([head])
  })

  test('of a token that fits into one cookie are not joined: a token has one spelling', () => {
    expect(parseTokens('sid=2~abc; sid.1=def', row)).toEqual(['2~abc'])
    const exact = token(one)
    const pairs = `sid=2~${exact.slice(0, chunk)}; sid.1=${exact.slice(chunk)}`
    expect(parseTokens(pairs, row)).toEqual([`2~${exact.slice(0, chunk)}`])
  })

  test('that a shorter token left behind are not looked at', () => {
    const stale = pairsOf(most).slice(1)
    expect(parseTokens([`sid=${token(9)}`, ...stale].join('; '), row)).toEqual([token(9)])
    const [first, second, third] = [...pairsOf(one + 1), ...pairsOf(most).slice(2)]
    expect(parseTokens([first, second, third].join('; '), row)).toEqual([token(one + 1)])
  })

  test('of which one was tossed are joined each way, within the bounds', () => {
    const [first, second, third] = pairsOf(2 * chunk + 1)
    const forged = `sid.1=${'x'.repeat(chunk)}`
    const tokens = parseTokens([first, forged, second, third].join('; '), row)
    expect(tokens).toHaveLength(2)
    expect(tokens).toContain(token(2 * chunk + 1))
    const short = pairsOf(one + 1)
    const others = (count: number) => Array.from({ length: count }, (_, n) => `sid.1=zzz${n}`)
    expect(parseTokens([...short, ...others(3)].join('; '), row)).toHaveLength(4)
    expect(parseTokens([...short, ...others(4)].join('; '), row)).toBe('excessive')
    const three = pairsOf(2 * chunk + 1)
    const tossed = [`sid.1=${'x'.repeat(chunk)}`, `sid.1=${'y'.repeat(chunk)}`, 'sid.2=z']
    expect(parseTokens([...three, ...tossed].join('; '), row)).toBe('excessive')
  })

  test('of several first cookies count together', () => {
    const heads = (count: number) => Array.from({ length: count }, (_, n) => `sid=head${n}`)
    const short = pairsOf(one + 1)
    expect(parseTokens([...short, ...heads(3)].join('; '), row)).toHaveLength(4)
    expect(parseTokens([...short, 'sid.1=zzzz', ...heads(3)].join('; '), row)).toBe('excessive')
  })

  test('never cost more looks at the header than the row has names', () => {
    expect(parseTokens(`sid=9~${'x'.repeat(chunk)}`, row)).toHaveLength(1)
    expect(parseTokens(`sid=999999~x`, row)).toEqual(['999999~x'])
    expect(parseTokens(`sid=${'x'.repeat(cookieBounds.bytes)}`, row)).toBe('excessive')
  })

  test('are not known where a store does not ask for them', () => {
    expect(parseTokens(headerOf(most), { ...row, maxCookies: 1 })).toEqual([
      `3~${token(most).slice(0, chunk)}`,
    ])
  })
})

describe('a store', () => {
  test('that asks for more cookies than a header holds is refused with its manager', () => {
    for (const count of [0, 4, 1.5])
      expect(() =>
        createSessionManager(devConfig(randomBytes(32), { store: longTokenStore(count) })),
      ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })

  test('can ask how much fits', () => {
    expect(cookieCapacity('sid')).toBe(4093)
    expect(cookieCapacity('__Host-sid', 3)).toBe(3 * (4096 - '__Host-sid.1'.length))
  })
})
