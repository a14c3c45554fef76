import { createSecretKey, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { hashSecret, isHashOf, mintSecret, mintToken, verifyToken } from '../../src/record/token.ts'
import { mintId } from '../contexts.ts'
import { spyOnCrypto } from '../spy-on-crypto.ts'

const draws = spyOnCrypto('randomFillSync')
const comparisons = spyOnCrypto('timingSafeEqual')

afterEach(() => void vi.clearAllMocks())

const newKey = () => createSecretKey(randomBytes(32))
const keys = [newKey()]
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('a token', () => {
  test('is made of an id, a generation, a secret and a signature, and gives them back', () => {
    const id = mintId()
    const secret = mintSecret()
    const token = mintToken(id, { secret, generation: 1 }, keys)
    expect(token).toMatch(/^[\w-]{16}\.[\w-]{22}\.[\w-]{4}\.[\w-]{32}\.[\w-]{32}$/)
    expect(verifyToken(token, keys)).toEqual({
      id,
      generation: 1,
      secret,
      keyIndex: 0,
      secretHash: hashSecret(secret),
    })
  })

  test('has 192 random bits in its secret', () => {
    expect(Buffer.from(mintSecret(), 'base64url')).toHaveLength(24)
  })

  test('is refused after a change of any one character, to any other', () => {
    const token = mintToken(mintId(), { secret: mintSecret(), generation: 1 }, keys)
    for (let at = 0; at < token.length; at++)
      for (const character of `${alphabet}.=+/ %\u00e9`)
        if (character !== token[at]) {
          const changed = token.slice(0, at) + character + token.slice(at + 1)
          expect(verifyToken(changed, keys)).toBeTypeOf('string')
        }
  })

  test('has one spelling: cut, prolonged, padded, spaced or re-encoded it is malformed', () => {
    const token = mintToken(mintId(), { secret: mintSecret(), generation: 1 }, keys)
    const [group = '', handle = '', generation = '', secret = '', signature = ''] = token.split('.')
    const spellings = [
      '',
      '.',
      '...',
      `${token}.`,
      `.${token}`,
      `${token}=`,
      `${token} `,
      ` ${token}`,
      `${token}\n`,
      `"${token}"`,
      token.slice(0, -1),
      `${token}A`,
      [group, handle, generation, secret].join('.'),
      [group, handle, generation, secret, ''].join('.'),
      ...[0, 1, 8, 15, 21, 31].map((length) =>
        [group, handle, secret, signature.slice(0, length)].join('.'),
      ),
      encodeURIComponent(token).replace('.', '%2E'),
    ]
    for (const spelling of spellings)
      expect(verifyToken(spelling, keys), spelling).toBe('malformed')
  })

  test('admits only the last character of a handle whose spare bits are zero', () => {
    const [group, handle = '', ...rest] = mintToken(
      mintId(),
      { secret: mintSecret(), generation: 1 },
      keys,
    ).split('.')
    const last = alphabet.indexOf(handle.at(-1) ?? '')
    const twin = handle.slice(0, -1) + alphabet.charAt(last + 1)
    expect(Buffer.from(twin, 'base64url').equals(Buffer.from(handle, 'base64url'))).toBe(true)
    expect(verifyToken([group, twin, ...rest].join('.'), keys)).toBe('malformed')
  })

  test('is signed by the first key and verified by all', () => {
    const [old, current] = [newKey(), newKey()]
    const token = mintToken(mintId(), { secret: mintSecret(), generation: 1 }, [current, old])
    expect(verifyToken(token, [current])).toMatchObject({ keyIndex: 0 })
    expect(verifyToken(token, [old, current])).toMatchObject({ keyIndex: 1 })
    expect(verifyToken(token, [old])).toBe('forged')
  })
})

describe('a secret', () => {
  test('opens its own hash and no other', () => {
    const secret = mintSecret()
    expect(hashSecret(secret)).toHaveLength(43)
    expect(hashSecret(secret)).not.toContain(secret.slice(0, 8))
    expect(isHashOf(secret, hashSecret(secret))).toBe(true)
    expect(isHashOf(mintSecret(), hashSecret(secret))).toBe(false)
  })

  test('is like none of 100,000 others', () => {
    expect(new Set(Array.from({ length: 100_000 }, mintSecret)).size).toBe(100_000)
  })

  test('opens nothing where what is kept is not a hash', () => {
    const secret = mintSecret()
    for (const kept of ['', secret, 'x'.repeat(43)]) expect(isHashOf(secret, kept)).toBe(false)
  })
})

test('A-01: as many random bytes are drawn of the CSPRNG as secrets have', () => {
  draws.mockClear()
  const secrets = Array.from({ length: 1_000 }, mintSecret)
  const used = secrets.reduce((sum, text) => sum + Buffer.from(text, 'base64url').length, 0)
  const drawn = draws.mock.calls.reduce((sum, [pool]) => sum + (pool as Buffer).length, 0)
  expect(used).toBe(1_000 * 24)
  expect(Math.abs(drawn - used)).toBeLessThan(4096 + 24) // what the pool held before, or holds now
})

test('A-07: signatures are compared in constant time, once per key, and no length throws', () => {
  const token = mintToken(mintId(), { secret: mintSecret(), generation: 1 }, keys)
  const other = [newKey()]
  comparisons.mockClear()
  expect(verifyToken(token, [...other, ...keys])).toMatchObject({ keyIndex: 1 })
  expect(verifyToken(token, other)).toBe('forged')
  expect(comparisons).toHaveBeenCalledTimes(3)
  for (const cut of [0, 1, 8, 15, 21, 31]) {
    const short = token.slice(0, token.length - 32 + cut)
    expect(verifyToken(short, keys)).toBe('malformed')
    expect(isHashOf('x', 'y'.repeat(cut))).toBe(false)
  }
})
