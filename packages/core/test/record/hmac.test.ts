import crypto, {
  createHash,
  createHmac,
  createSecretKey,
  randomBytes,
  randomInt,
} from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { hmac, sha256 } from '../../src/record/hmac.ts'

const inputs = Array.from({ length: 500 }, (_, n) => {
  const texts = ['', 'text', 'ü\u{1f36a}', '\ud800', 'x'.repeat(randomInt(2_000))]
  const length = n % 50 === 0 ? randomInt(20_000) : randomInt(200)
  const parts = [
    texts[n % texts.length] ?? '',
    randomBytes(length),
    randomBytes(length).toString('latin1'),
  ]
  return { key: randomBytes(randomInt(1, 150)), parts: parts.slice(randomInt(3)) }
})

test('an HMAC is the one that createHmac makes, for any key and message', () => {
  for (const { key, parts } of inputs) {
    const mac = createHmac('sha256', key)
    for (const part of parts) mac.update(part)
    const expected = mac.digest()
    const secretKey = createSecretKey(key)
    expect(hmac(key, ...parts)).toEqual(expected)
    for (let repeat = 0; repeat < 2; repeat++) expect(hmac(secretKey, ...parts)).toEqual(expected)
  }
})

test('a result is not changed by the next one', () => {
  const key = createSecretKey(randomBytes(32))
  const first = hmac(key, 'a')
  const copy = Buffer.from(first)
  expect(hmac(key, 'b')).not.toEqual(first)
  expect(first).toEqual(copy)
})

test('a hash is the one that createHash makes', () => {
  for (const { key } of inputs)
    expect(sha256(key)).toBe(createHash('sha256').update(key).digest('base64url'))
})

test('without crypto.hash the results are the same', async ({ onTestFinished }) => {
  const { hash } = crypto
  const some = inputs.slice(0, 100)
  const expected = some.map(({ key, parts }) => [hmac(key, ...parts), sha256(key)])
  onTestFinished(() => void Object.assign(crypto, { hash }))
  Object.assign(crypto, { hash: undefined })
  vi.resetModules()
  const byObject = await import('../../src/record/hmac.ts')
  const results = some.map(({ key, parts }) => [byObject.hmac(key, ...parts), byObject.sha256(key)])
  expect(results).toEqual(expected)
})
