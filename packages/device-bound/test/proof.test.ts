import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isSignedBy, keyOfRegistration, maxProofLength, parseProof } from '../src/proof.ts'
import { ecDevice, rsaDevice } from './device.ts'

const offered = ['ES256', 'RS256'] as const
const ec = ecDevice()
const rsa = rsaDevice()
const devices = [['ES256', ec] as const, ['RS256', rsa] as const]

/** The key that a registration is accepted with; `undefined` if it is refused. */
async function acceptedKey(text: string, algorithms: readonly ('ES256' | 'RS256')[] = offered) {
  const proof = parseProof(text)
  const key = proof && keyOfRegistration(proof, algorithms)
  return key && (await isSignedBy(proof, key)) ? key : undefined
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe.each(devices)('%s', (name, device) => {
  test('a registration is accepted, and only the public key is kept of it', async () => {
    const key = await acceptedKey(device.register('c', { claims: { authorization: 'x' } }))
    expect(key).toEqual({ key: JSON.stringify(minimal(device.jwk)), algorithm: name })
  })

  test('a refresh is accepted by the stored key alone', async () => {
    const key = await acceptedKey(device.register('c'))
    const proof = parseProof(device.prove('next'))
    expect(proof?.challenge).toBe('next')
    if (!key || !proof) throw new Error('The proof is refused')
    expect(await isSignedBy(proof, key)).toBe(true)
    const other = name === 'ES256' ? ecDevice() : rsaDevice()
    const foreign = parseProof(other.register('next'))
    if (!foreign) throw new Error('The proof is refused')
    expect(await isSignedBy(foreign, key)).toBe(false)
  })

  test('the algorithm is that of the key, whatever a proof says (K-02)', async () => {
    const key = await acceptedKey(device.register('c'))
    for (const alg of ['none', 'HS256', 'PS256', 'ES384', 'RS512', 'es256', '', 1, undefined]) {
      const proof = parseProof(device.prove('c', { header: { alg } }))
      if (!key || !proof) throw new Error('The proof is refused')
      expect(await isSignedBy(proof, key)).toBe(false)
      expect(await acceptedKey(device.register('c', { header: { alg } }))).toBeUndefined()
    }
  })

  test('a key that was not offered is refused', async () => {
    const rest = offered.filter((each) => each !== name)
    expect(await acceptedKey(device.register('c'), rest)).toBeUndefined()
  })

  test.each([
    ['missing', undefined],
    ['null', null],
    ['a text', 'key'],
    ['a list', []],
    ['empty', {}],
    ['symmetric', { kty: 'oct', k: 'c2VjcmV0' }],
    ['private', { ...device.jwk, d: 'AQAB' }],
    ['private in a member of RSA', { ...device.jwk, qi: '' }],
    ['of another kind', { ...device.jwk, kty: 'OKP' }],
    ['of no kind', { ...device.jwk, kty: undefined }],
  ])('a key that is %s is refused (K-02)', async (_kind, jwk) => {
    expect(await acceptedKey(device.register('c', { header: { jwk } }))).toBeUndefined()
  })
})

describe('a key of EC', () => {
  test.each(['x', 'y'] as const)('with another %s is refused', async (member) => {
    for (const value of ['', 'AA', 'A'.repeat(43), `${ec.jwk[member]}A`, `${ec.jwk[member]}=`, 5]) {
      const jwk = { ...ec.jwk, [member]: value }
      expect(await acceptedKey(ec.register('c', { header: { jwk } }))).toBeUndefined()
    }
  })

  test('of another curve is refused (K-02)', async () => {
    for (const curve of ['P-384', 'P-521', 'secp256k1']) {
      const device = ecDevice(curve)
      expect(await acceptedKey(device.register('c'))).toBeUndefined()
      const jwk = { ...device.jwk, crv: 'P-256' }
      expect(await acceptedKey(device.register('c', { header: { jwk } }))).toBeUndefined()
    }
  })
})

describe('a key of RSA', () => {
  test('below 2048 bits or above 4096 is refused (K-02)', async () => {
    for (const bits of [1024, 2040, 2047, 4104])
      expect(await acceptedKey(rsaDevice(bits).register('c'))).toBeUndefined()
    expect(await acceptedKey(rsaDevice(4096).register('c'))).toBeDefined()
  })

  test('with another exponent is refused', async () => {
    for (const e of ['AQ', 'Aw', 'AQABAA', '', undefined])
      expect(
        await acceptedKey(rsa.register('c', { header: { jwk: { ...rsa.jwk, e } } })),
      ).toBeUndefined()
  })

  test('with another modulus is refused', async () => {
    for (const n of ['', undefined, 'AQAB', `AA${rsa.jwk.n}`, `${rsa.jwk.n}=`])
      expect(
        await acceptedKey(rsa.register('c', { header: { jwk: { ...rsa.jwk, n } } })),
      ).toBeUndefined()
  })
})

describe('a text is no proof', () => {
  const valid = ec.register('c')
  const [head, body, signature] = valid.split('.') as [string, string, string]
  const withHead = (header: unknown) => `${base64url(header)}.${body}.${signature}`
  const withBody = (claims: unknown) => `${head}.${base64url(claims)}.${signature}`

  test.each([
    ['of another type', ec.register('c', { header: { typ: 'JWT' } })],
    ['of the type in capitals', ec.register('c', { header: { typ: 'DBSC+JWT' } })],
    ['of the type with its tree', ec.register('c', { header: { typ: 'application/dbsc+jwt' } })],
    ['of the newer type with attestation', ec.register('c', { header: { typ: 'dbsc+aik' } })],
    ['without a type', ec.register('c', { header: { typ: undefined } })],
    ['with crit', ec.register('c', { header: { crit: ['b64'], b64: false } })],
    ['without a challenge', ec.register('c', { claims: { jti: undefined } })],
    ['with a number as its challenge', ec.register('c', { claims: { jti: 1 } })],
    ['with a list of challenges', ec.register('c', { claims: { jti: ['c'] } })],
    ['with a challenge that is too long', ec.register('c'.repeat(513))],
    ['that is too long', ec.register('c', { claims: { authorization: 'a'.repeat(4096) } })],
    ['empty', ''],
    ['of two parts', `${head}.${body}`],
    ['of four parts', `${valid}.${signature}`],
    ['without a signature', `${head}.${body}.`],
    ['with a blank', `${head}.${body}. ${signature}`],
    ['with padding', `${valid}==`],
    ['in the other alphabet', `${valid.slice(0, -1)}+`],
    ['whose header is null', withHead(null)],
    ['whose header is a text', withHead('x')],
    ['whose header is no JSON', `${Buffer.from('{').toString('base64url')}.${body}.${signature}`],
    ['whose claims are null', withBody(null)],
    ['whose claims are a list', withBody(['c'])],
  ])('%s', (_kind, text) => {
    expect(parseProof(text)).toBeUndefined()
  })

  test('in a second encoding of the signature', () => {
    const bytes = Buffer.from(signature, 'base64url')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(valid.at(-1) ?? '')
    const second = `${valid.slice(0, -1)}${alphabet[last ^ 1]}`
    expect(Buffer.from(second.split('.')[2] ?? '', 'base64url')).toEqual(bytes)
    expect(parseProof(second)).toBeUndefined()
    expect(parseProof(valid)?.challenge).toBe('c')
  })

  test('the largest one of a browser is no longer than half of what is parsed', () => {
    expect(rsaDevice(2048).register('c'.repeat(300)).length).toBeLessThan(maxProofLength / 2)
  })
})

test('what is accepted is what node:crypto verifies too', () => {
  for (const [, device] of devices) {
    const [head, body, signature] = device.prove('c').split('.') as [string, string, string]
    const key = createPublicKey({ key: device.jwk, format: 'jwk' })
    const signed = Buffer.from(`${head}.${body}`)
    const bytes = Buffer.from(signature, 'base64url')
    expect(verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, bytes)).toBe(true)
  }
})

function minimal({ kty, crv, x, y, n, e }: JsonWebKey): JsonWebKey {
  return JSON.parse(JSON.stringify(kty === 'EC' ? { kty, crv, x, y } : { kty, n, e }))
}
