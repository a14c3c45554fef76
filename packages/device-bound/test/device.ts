import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto'

/** A key as a browser keeps it for one session, and the proofs that it signs. */
export interface Device {
  readonly algorithm: string
  readonly jwk: JsonWebKey
  /** Signs a challenge as a browser does. The parts given replace those of the header or the claims. */
  prove(challenge: string, parts?: ProofParts): string
  /** The proof of a registration: with the public key. */
  register(challenge: string, parts?: ProofParts): string
}

interface ProofParts {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

export function ecDevice(namedCurve = 'P-256'): Device {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  return makeDevice('ES256', privateKey, publicKey)
}

export function rsaDevice(modulusLength = 2048): Device {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  return makeDevice('RS256', privateKey, publicKey)
}

function makeDevice(algorithm: string, privateKey: KeyObject, publicKey: KeyObject): Device {
  const jwk = publicKey.export({ format: 'jwk' })
  const prove: Device['prove'] = (challenge, { header = {}, claims = {} } = {}) => {
    const head = encode({ alg: algorithm, typ: 'dbsc+jwt', ...header })
    const signed = `${head}.${encode({ jti: challenge, ...claims })}`
    return `${signed}.${signatureOf(signed, privateKey)}`
  }
  return {
    algorithm,
    jwk,
    prove,
    register: (challenge, { header = {}, claims = {} } = {}) =>
      prove(challenge, { header: { jwk, ...header }, claims }),
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function signatureOf(signed: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString(
    'base64url',
  )
}
