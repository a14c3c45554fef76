import type { KeyObject } from 'node:crypto'
import type { RequestCarrier } from '../http/carrier.ts'
import { randomText } from '../util/random.ts'
import { hmac } from './hmac.ts'

/**
 * What a record keeps of its client: a keyed hash of each part, 12 characters, by the name of the part. Under the name `''`
 * it has a random salt, so that two sessions of one browser have nothing in common.
 */
export type Fingerprint = Readonly<Record<string, string>>

/** A part of a fingerprint. */
export interface PartReader {
  readonly name: string
  /** Returns what counts of a request; `''` for nothing. */
  read(request: RequestCarrier): string
}

/** Takes and compares fingerprints. A value of a request is in none of them. */
export interface Fingerprinter {
  /** The names of the parts. */
  readonly names: readonly string[]
  /** Returns the fingerprint of the client that makes a request. */
  take(request: RequestCarrier): Fingerprint
  /** Returns the names of the parts in which a request differs. A part that the fingerprint does not have yet does not. */
  differences(fingerprint: Fingerprint, request: RequestCarrier): readonly string[]
  /** Returns true if the fingerprint has all parts. */
  isComplete(fingerprint: Fingerprint): boolean
}

const saltName = ''
const saltBytes = 9
const hashBytes = 9

/** Creates the fingerprinter of a manager. Who reads the store, but does not have the key, cannot try values out. */
export function createFingerprinter(key: KeyObject, parts: readonly PartReader[]): Fingerprinter {
  const hashOf = ({ name, read }: PartReader, salt: string, request: RequestCarrier) =>
    hmac(key, `${salt}${name.length}.${name}`, read(request)).toString('base64url', 0, hashBytes)
  return {
    names: parts.map(({ name }) => name),
    take(request) {
      const salt = randomText(saltBytes)
      const hashes = parts.map((part) => [part.name, hashOf(part, salt, request)] as const)
      return Object.fromEntries([[saltName, salt], ...hashes])
    },
    differences(fingerprint, request) {
      const salt = fingerprint[saltName] ?? ''
      return parts
        .filter((part) => Object.hasOwn(fingerprint, part.name))
        .filter((part) => fingerprint[part.name] !== hashOf(part, salt, request))
        .map(({ name }) => name)
    },
    isComplete: (fingerprint) => parts.every(({ name }) => Object.hasOwn(fingerprint, name)),
  }
}
