import { createSecretKey, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { mintSecret, mintToken, verifyToken } from '../../src/record/token.ts'
import { TokenVerifier } from '../../src/record/token-verifier.ts'
import { mintId } from '../contexts.ts'
import { countHashes } from '../spy-on-crypto.ts'

const hashes = countHashes()
const newKey = () => createSecretKey(randomBytes(32))
const newToken = (keys = [newKey()]) => ({
  keys,
  token: mintToken(mintId(), { secret: mintSecret(), generation: 1 }, keys),
})

test('a token that is genuine costs no hash the next time, and says the same', () => {
  const { token, keys } = newToken()
  const verifier = new TokenVerifier(() => keys)
  const first = verifier.verify(token)
  expect(first).toEqual(verifyToken(token, keys))
  hashes()
  for (let n = 0; n < 10; n++) expect(verifier.verify(`${token}`)).toEqual(first)
  expect(hashes()).toBe(0)
})

test('a token that is not genuine is never remembered, nor is one that resembles a genuine one', () => {
  const { token, keys } = newToken()
  const verifier = new TokenVerifier(() => keys)
  verifier.verify(token)
  const forged = [newToken().token, token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')]
  for (const each of forged)
    for (let n = 0; n < 3; n++) {
      hashes()
      expect(verifier.verify(each)).toBe('forged')
      expect(hashes()).toBe(2)
    }
  // Each character is one that the copy of a text as Latin-1 would turn into the one of the token.
  const wide = token.replace(/\w/g, (character) =>
    String.fromCharCode(character.charCodeAt(0) + 0x100),
  )
  for (const each of [wide, `${token} `, ` ${token}`, `${token}A`, token.slice(1), ''])
    expect(verifier.verify(each)).toBe('malformed')
})

test('a verifier knows nothing of what another one has verified', () => {
  const { token, keys } = newToken()
  new TokenVerifier(() => keys).verify(token)
  const [others, more] = [[newKey()], [newKey(), ...keys]]
  expect(new TokenVerifier(() => others).verify(token)).toBe('forged')
  expect(new TokenVerifier(() => more).verify(token)).toMatchObject({ keyIndex: 1 })
})

test('what was remembered is forgotten when the keys change: a key that is gone keeps no token alive', () => {
  const { token, keys } = newToken()
  const ring = { keys }
  const verifier = new TokenVerifier(() => ring.keys)
  expect(verifier.verify(token)).toMatchObject({ keyIndex: 0 })
  ring.keys = [newKey(), ...keys]
  expect(verifier.verify(token)).toMatchObject({ keyIndex: 1 })
  ring.keys = ring.keys.slice(0, 1)
  expect(verifier.verify(token)).toBe('forged')
})

test('tokens beyond the bound are verified anew', () => {
  const keys = [newKey()]
  const verifier = new TokenVerifier(() => keys)
  const tokens = Array.from({ length: 12_000 }, () => newToken(keys).token)
  for (const token of tokens) verifier.verify(token)
  hashes()
  for (const token of tokens) expect(verifier.verify(token)).toBeTypeOf('object')
  expect(hashes()).toBeGreaterThan(3 * 1_000)
})
