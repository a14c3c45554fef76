import type { DeviceAlgorithm } from '@sojourn/core'
import { compactVerify, importJWK } from 'jose'
import { type DeviceKey, publicKeyOf } from './public-key.ts'

/** A proof as it was sent, taken apart. Nothing of it has been verified. */
export interface Proof {
  readonly text: string
  readonly header: Readonly<Record<string, unknown>>
  /** The claim `jti`: the challenge that was signed. */
  readonly challenge: string
}

/** The longest proof that is parsed: room for RSA of 4096 bits, and three times what browsers send. */
export const maxProofLength = 4096

const proofShape = /^[\w-]{2,}\.[\w-]{2,}\.[\w-]{2,}$/
const proofType = 'dbsc+jwt'
const maxChallengeLength = 512

/**
 * Returns the parts of a proof: a JWT with the type `dbsc+jwt` and a challenge. Returns `undefined` for any other text, also for a
 * JWT that must not be verified: of another type, with `crit`, or encoded in a second way.
 */
export function parseProof(text: string): Proof | undefined {
  if (text.length > maxProofLength || !proofShape.test(text)) return undefined
  const [head, body, signature] = text.split('.').map(bytesOf)
  if (!head || !body || !signature) return undefined
  const header = objectOf(head)
  const challenge = objectOf(body)?.['jti']
  if (header?.['typ'] !== proofType || Object.hasOwn(header, 'crit')) return undefined
  if (typeof challenge !== 'string' || challenge.length > maxChallengeLength) return undefined
  return { text, header, challenge }
}

/**
 * Returns the key that a registration brings along, which must be for one of the `offered` algorithms; `undefined` if it
 * brings none, or one that is not accepted. The proof still has to be verified with it.
 */
export function keyOfRegistration(
  { header: { alg, jwk } }: Proof,
  offered: readonly DeviceAlgorithm[],
): DeviceKey | undefined {
  const algorithm = offered.find((name) => name === alg)
  return algorithm && publicKeyOf(jwk, algorithm)
}

/**
 * Returns true if the proof is signed by the key. The algorithm is that of the key, whatever the proof says: a proof with
 * another one is refused.
 */
export async function isSignedBy({ text }: Proof, { key, algorithm }: DeviceKey): Promise<boolean> {
  try {
    const imported = await importJWK(JSON.parse(key), algorithm)
    await compactVerify(text, imported, { algorithms: [algorithm] })
    return true
  } catch {
    // A JOSEError, or that of WebCrypto for a point that is not on the curve: neither is a failure of the server.
    return false
  }
}

/** Decoders skip characters that they do not know, and the last bits: bytes are accepted in one encoding. */
function bytesOf(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, 'base64url')
  return bytes.toString('base64url') === segment ? bytes : undefined
}

function objectOf(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
