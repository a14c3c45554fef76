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
 * than `signAfter` ago, the second line signs until then. If that line is taken out meanwhile, the first one signs at once: the
 * roll is over, and a process that starts from now on does not know the other.
 */

/** What a process knows of one secret. Times are epoch ms. */
interface RollingKey {
  readonly secret: Uint8Array
  readonly signsFrom: number
  /** `Infinity` while it is in the file. */
  readonly verifiesUntil: number
  /** It was in the file when this process started, so that nobody here knows how new it is. */
  readonly isFoundAtStart: boolean
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

/** Returns what a process knows when it starts, of a file that came to its path at `cameAt`. */
export function beginRoll(
  listed: readonly Uint8Array[],
  { cameAt, times }: { cameAt: number; times: RollTimes },
): KeyRoll {
  const isAlone = listed.length === 1
  return listed.map((secret, line) => ({
    secret,
    signsFrom: line === 0 && !isAlone ? cameAt + times.signAfter : 0,
    verifiesUntil: Infinity,
    isFoundAtStart: true,
  }))
}

/**
 * Returns the same knowledge with the time at `at`. A clock that has gone back lengthens no step beyond its full time from
 * now, and takes no secret back that may sign.
 */
export function passTime(known: KeyRoll, { at, times }: { at: number; times: RollTimes }): KeyRoll {
  return known.map(({ signsFrom, verifiesUntil, ...key }) => ({
    ...key,
    signsFrom: signsFrom <= at ? 0 : Math.min(signsFrom, at + times.signAfter),
    verifiesUntil:
      verifiesUntil === Infinity ? Infinity : Math.min(verifiesUntil, at + times.keepFor),
  }))
}

/** Returns what a process knows after it has read the file at `at`. */
export function continueRoll(
  known: KeyRoll,
  listed: readonly Uint8Array[],
  { at, times }: { at: number; times: RollTimes },
): KeyRoll {
  const isListed = (secret: Uint8Array) => listed.some((other) => isSame(secret, other))
  const signer = signerAt(known, at)
  const isTakenOut =
    signer !== undefined && signer.verifiesUntil === Infinity && !isListed(signer.secret)
  const inFile = listed.map((secret): RollingKey => {
    const before = known.find((key) => isSame(key.secret, secret))
    if (!before)
      return {
        secret,
        signsFrom: at + times.signAfter,
        verifiesUntil: Infinity,
        isFoundAtStart: false,
      }
    const signsFrom = isTakenOut && before.isFoundAtStart ? 0 : before.signsFrom
    return { ...before, signsFrom, verifiesUntil: Infinity }
  })
  const gone = known
    .filter(({ secret }) => !isListed(secret))
    .map((key) => ({ ...key, verifiesUntil: Math.min(key.verifiesUntil, at + times.keepFor) }))
    .filter(({ verifiesUntil }) => at < verifiesUntil)
  return [...inFile, ...gone].slice(0, maxSecrets)
}

/** Returns the secrets that verify at `at`, the one that signs first. */
export function secretsAt(known: KeyRoll, at: number): readonly Uint8Array[] {
  const signer = signerAt(known, at)
  const others = verifyingAt(known, at).filter((key) => key !== signer)
  return [...(signer ? [signer] : []), ...others].map(({ secret }) => secret)
}

function signerAt(known: KeyRoll, at: number): RollingKey | undefined {
  const verifying = verifyingAt(known, at)
  return verifying.find(({ signsFrom }) => signsFrom <= at) ?? verifying[0]
}

function verifyingAt(known: KeyRoll, at: number): KeyRoll {
  return known.filter(({ verifiesUntil }) => at < verifiesUntil)
}

/** Returns true if a secret is no longer in the file. */
export function isGone(known: KeyRoll, secret: Uint8Array | undefined): boolean {
  return !known.some((key) => key.secret === secret && key.verifiesUntil === Infinity)
}

/** Returns true if two secrets are the same. Both are the operator's, so the comparison need not be constant in time. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
