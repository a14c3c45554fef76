import type { Keys } from '../record/keyring.ts'
import { signatureOf, signerOf } from '../record/token.ts'
import { clockToleranceMs } from '../util/clock.ts'
import { randomText } from '../util/random.ts'

/**
 * The shape of a challenge: `time.nonce.signature`. No store keeps it, so that it costs a response nothing to have one.
 *
 * - The time is when it was issued, in epoch ms and base 36.
 * - The nonce is 16 random bytes, so that no proof can be made in advance.
 * - The signature is an HMAC-SHA256, cut to 24 bytes, over both and what the challenge is for.
 */
const challengeShape = /^([\da-z]{1,11})\.([\w-]{22})\.([\w-]{32})$/

/** What a challenge is for: the registration of a key for a session, or a refresh of one of its bindings. */
export type ChallengeSubject =
  | { readonly sessionId: string; readonly authority: number }
  | { readonly sessionId: string; readonly bindingId: string }

/** Issues challenges, and recognises its own. */
export interface Challenges {
  /**
   * Returns a new challenge, issued at `at`, epoch ms; or just after `after`, if that is later: the clock of the server that
   * issued the one before may have been ahead, and a challenge must be newer than those that were answered.
   */
  issue(subject: ChallengeSubject, at: number, after?: number): string
  /**
   * Returns when a challenge was issued, if that was for this subject, by any of the keys, and at most `maxAge` ms before `at`;
   * otherwise `undefined`. Constant time per key.
   */
  issuedAt(
    challenge: string,
    subject: ChallengeSubject,
    within: { readonly at: number; readonly maxAge: number },
  ): number | undefined
}

/** Creates the challenges of a manager. `keys` are those of their own purpose: the first signs, all verify. */
export function createChallenges(keys: Keys): Challenges {
  return {
    issue(subject, at, after = 0) {
      const content = `${Math.max(at, after + 1).toString(36)}.${randomText(16)}`
      return `${content}.${signatureOf(signedText(subject, content), keys())}`
    },
    issuedAt(challenge, subject, { at, maxAge }) {
      const [, time, nonce, signature] = challengeShape.exec(challenge) ?? []
      if (time === undefined || nonce === undefined || signature === undefined) return undefined
      const issuedAt = Number.parseInt(time, 36)
      if (issuedAt > at + clockToleranceMs || at - issuedAt > maxAge) return undefined
      const signed = signedText(subject, `${time}.${nonce}`)
      return signerOf(signed, signature, keys()) === undefined ? undefined : issuedAt
    },
  }
}

/** Returns the text that is signed. An id has no `!`, so that two subjects have no text in common. */
function signedText(subject: ChallengeSubject, content: string): string {
  return 'bindingId' in subject
    ? `refresh!${subject.sessionId}!${subject.bindingId}!${content}`
    : `register!${subject.sessionId}!${subject.authority}!${content}`
}
