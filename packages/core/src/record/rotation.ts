import type { SessionRecord, Verifier } from './record.ts'
import { deriveSecret, type GenuineToken, hashSecret, isHashOf, mintSalt } from './token.ts'

/**
 * Rotation by age: offer, confirm, grace (pure functions over the record).
 *
 * | step    | a request presents | the record then                                                     |
 * | offer   | the current secret | keeps a salt; the next secret is HMAC(current secret, salt)         |
 * | again   | the current secret | is as it was; the same next secret is handed out once more          |
 * | confirm | the next secret    | has that as current; the one before still opens during the grace    |
 *
 * Because the next secret derives from the presented one, every parallel request hands out the same cookie, a lost one
 * is offered again, and the record never holds a secret (P3, P5).
 */
type SecretRole = 'current' | 'next' | 'previous'

/** The numbers of rotation, in ms. */
export interface RotationPolicy {
  /** How old a token may get. */
  readonly rotationInterval: number
  /** How long the token before a confirmed one still opens, for requests already on their way. */
  readonly rotationGrace: number
}

/** A secret that a request presented, and whether its token was signed by the key that signs today. */
export interface Presented {
  readonly secret: string
  readonly isSignedByFirst: boolean
}

/** How long after a rotation an outdated token is taken for a straggler, in ms; later it is a replay. */
const stragglerMs = 5 * 60_000

/** What a secret is to a record at a time; `undefined` when it opens nothing. */
function roleOf({ verifier }: SessionRecord, secret: string, at: number): SecretRole | undefined {
  if (isHashOf(secret, verifier.current)) return 'current'
  if (verifier.next !== undefined && isHashOf(secret, verifier.next)) return 'next'
  const { previous, graceUntil } = verifier
  if (previous === undefined || graceUntil === undefined || at >= graceUntil) return undefined
  return isHashOf(secret, previous) ? 'previous' : undefined
}

/** Of several tokens of one session the newest counts, or an old copy beside it would hold up its rotation. */
const order: readonly SecretRole[] = ['next', 'current', 'previous']

/** What a request presents with the genuine tokens that it brought; `undefined` when none of them opens the record. */
export function presentedBy(
  genuine: readonly GenuineToken[],
  record: SessionRecord,
  at: number,
): Presented | undefined {
  const roles = genuine.map(({ secret }) => roleOf(record, secret, at))
  const best = order.find((role) => roles.includes(role))
  const token = best && genuine[roles.indexOf(best)]
  return token && { secret: token.secret, isSignedByFirst: token.keyIndex === 0 }
}

/** Whether a genuine token that opens nothing comes too late to be a request that was on its way. */
export function isReplay({ rotatedAt }: SessionRecord, at: number): boolean {
  return at >= rotatedAt + stragglerMs
}

/**
 * The step that is due when `presented` is seen at `at`, if any: the record after it, and the secret to hand out, if
 * one is. To be taken only in a request that touches, and the cookie sent only if that request's own write won.
 */
export function rotationStep(
  record: SessionRecord,
  presented: Presented,
  { at, policy }: { at: number; policy: RotationPolicy },
): { record: SessionRecord; secret?: string } | undefined {
  const { verifier } = record
  const role = roleOf(record, presented.secret, at)
  if (role === 'next') return { record: confirm(record, { at, policy }) }
  if (role !== 'current') return undefined
  if (verifier.salt !== undefined)
    return { record, secret: deriveSecret(presented.secret, verifier.salt) }
  const isDue = !presented.isSignedByFirst || at - record.rotatedAt >= policy.rotationInterval
  const hasGrace = verifier.graceUntil !== undefined && at < verifier.graceUntil
  return isDue && !hasGrace ? offer(record, presented.secret) : undefined
}

/** Offers the secret that follows `current`. */
export function offer(
  record: SessionRecord,
  current: string,
): { record: SessionRecord; secret: string } {
  const salt = mintSalt()
  const secret = deriveSecret(current, salt)
  const verifier = { ...record.verifier, next: hashSecret(secret), salt }
  return { record: { ...record, verifier }, secret }
}

function confirm(
  record: SessionRecord,
  { at, policy }: { at: number; policy: RotationPolicy },
): SessionRecord {
  const { current: previous, next = previous } = record.verifier
  const verifier: Verifier = { current: next, previous, graceUntil: at + policy.rotationGrace }
  return { ...record, rotatedAt: at, verifier }
}
