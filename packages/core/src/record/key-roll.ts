import { maxSecrets } from './secret.ts'

/*
 * A key roll while the process runs. The secrets are the lines of a file, newest first, and several servers read it, each at
 * a time of its own. Therefore:
 *
 *   a secret that is     | verifies             | signs
 *   ---------------------|----------------------|------------------------------------------------------------
 *   new in the file      | at once              | after `signAfter`, when all other servers verify by it
 *   in the file          | yes                  | if no line above it may sign yet
 *   gone from the file   | for `keepFor` more   | until another one may
 *
 * A process that starts cannot know how long the first line has been there, except by the time of the file. If that is less
 * than `signAfter` ago, the second line signs until then.
 */

/** What a process knows of one secret. Times are epoch ms. */
interface RollingKey {
  readonly secret: Uint8Array
  readonly signsFrom: number
  /** `Infinity` while it is in the file. */
  readonly verifiesUntil: number
}

/** All secrets that a process knows, in the order in which they sign. */
export type KeyRoll = readonly RollingKey[]

/** How long the steps of a roll take, in ms. */
export interface RollTimes {
  /** After which time a new secret may sign. */
  readonly signAfter: number
  /** For how long a secret that is gone from the file still verifies. */
  readonly keepFor: number
}

/** Returns what a process knows when it starts, of a file that was written at `writtenAt`. */
export function beginRoll(
  listed: readonly Uint8Array[],
  { writtenAt, times }: { writtenAt: number; times: RollTimes },
): KeyRoll {
  const isAlone = listed.length === 1
  return listed.map((secret, line) => ({
    secret,
    signsFrom: line === 0 && !isAlone ? writtenAt + times.signAfter : 0,
    verifiesUntil: Infinity,
  }))
}

/** Returns what a process knows after it has read the file at `at`. */
export function continueRoll(
  known: KeyRoll,
  listed: readonly Uint8Array[],
  { at, times }: { at: number; times: RollTimes },
): KeyRoll {
  const inFile = listed.map((secret): RollingKey => {
    const before = known.find((key) => isSame(key.secret, secret))
    return {
      secret: before?.secret ?? secret,
      signsFrom: before?.signsFrom ?? at + times.signAfter,
      verifiesUntil: Infinity,
    }
  })
  const gone = known
    .filter(({ secret }) => !listed.some((other) => isSame(secret, other)))
    .map((key) => ({ ...key, verifiesUntil: Math.min(key.verifiesUntil, at + times.keepFor) }))
    .filter(({ verifiesUntil }) => at < verifiesUntil)
  return [...inFile, ...gone].slice(0, maxSecrets)
}

/** Returns the secrets that verify at `at`, the one that signs first. */
export function secretsAt(known: KeyRoll, at: number): readonly Uint8Array[] {
  const verifying = known.filter(({ verifiesUntil }) => at < verifiesUntil)
  const signer = verifying.find(({ signsFrom }) => signsFrom <= at) ?? verifying[0]
  const others = verifying.filter((key) => key !== signer)
  return [...(signer ? [signer] : []), ...others].map(({ secret }) => secret)
}

/** Returns true if a secret is no longer in the file. */
export function isGone(known: KeyRoll, secret: Uint8Array | undefined): boolean {
  return !known.some((key) => key.secret === secret && key.verifiesUntil === Infinity)
}

/** Returns true if two secrets are the same. Both are the operator's, so the comparison need not be constant in time. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
