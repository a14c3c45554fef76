import type { SessionRecord, Verifier } from './record.ts'
import { deriveSecret, type GenuineToken, hashSecret, isHashOf, mintSalt } from './token.ts'

/*
 * Rotation: a live session gets a new token. The session and its id stay.
 *
 * STATES. The state of a genuine token follows from the hash of its secret, the record's `verifier` and the time:
 *
 *   state    | opens the session | where the hash of its secret is
 *   ---------|-------------------|------------------------------------------------------------
 *   current  | yes               | verifier.current
 *   offered  | yes               | verifier.next (derived from the current secret by verifier.salt)
 *   grace    | yes               | verifier.previous, and it is before verifier.graceUntil
 *   stale    | no                | none of these applies, less than 5 minutes after rotatedAt
 *   replayed | no                | none of these applies, later
 *
 * BY AGE. The server cannot know whether a new token arrives, so the old one is valid until the new one is seen (P3):
 *
 *   token A  current ── offer ──▶ current ──────────────── confirm ──▶ grace ── graceUntil ──▶ stale ──▶ replayed
 *   token B                       offered ↺ offer again ── confirm ──▶ current
 *
 *   step        | a request presents | and if                            | write     | changes in the record
 *   ------------|--------------------|-----------------------------------|-----------|-----------------------------------
 *   offer       | the current token  | it is older than rotationInterval | `replace` | sets `next` and `salt`
 *               |                    | or not signed by the first key,   |           |
 *               |                    | and no grace is running           |           |
 *   offer again | the current token  | there is an offer already         | `touch`   | none
 *   confirm     | the offered token  |                                   | `replace` | `next` → `current` → `previous`,
 *               |                    |                                   |           | sets `graceUntil` and `rotatedAt`
 *
 * A step is taken only by a save whose touch is due, and its write is that touch (keyed/plan-write.ts, keyed/save.ts).
 * If the request has changed data too, both go into one `replace`. Of parallel requests one takes the step; then no
 * touch is due for the others. A watched connection touches too, but takes no step, because it presents no token
 * (watch/watch.ts).
 *
 * The next secret is HMAC(current secret, salt). So every offer until the confirmation is the same token, also after a
 * lost response, in parallel requests and on other servers, and the record never contains a secret (P5).
 *
 * BY CAUSE. `session.rotate()` and a re-authentication take a random secret and end every older token at once (P4):
 *
 *   token A  current, offered or grace ── rotate ──▶ stale ──▶ replayed
 *   token C                               rotate ──▶ current
 *
 * `rotateRecord` (record.ts) makes this change, and one `replace` writes it. The change also raises `authority`, so
 * that writes of requests that are under way are refused.
 *
 * NO WRITE is needed for a token to pass from grace to stale and on to replayed: `open` derives the state when the
 * token is presented (keyed/open.ts). On a replay, `open` also ends the session (by `remove`) or all sessions of the
 * user (by `removeGroup`), unless `onReplay` is 'ignore'.
 *
 * WHAT THE CLIENT SEES
 *
 *   offer, offer again | the offered token, but only in the response to the request whose write was applied
 *   confirm            | no token: it has the new one already. Event `rotated`, `why: 'age'`
 *   by cause           | the new token. Event `rotated`, `why: 'cause'`
 *   grace              | no token; the session opens as usual
 *   stale              | an empty, ended session (`session.ended` is 'stale') and no token: a late response must not
 *                      | overwrite a newer cookie. Event `discarded`
 *   replayed           | as for stale, but `session.ended` is 'replayed' ('stale' with `onReplay: 'ignore'`). The event
 *                      | `replayed` is emitted too
 */

/** The hash in `verifier` that a presented secret matches. A secret without a role opens nothing. */
type SecretRole = 'current' | 'next' | 'previous'

/** The configuration of rotation, in ms. */
export interface RotationPolicy {
  /** The age at which a token is due for a successor. */
  readonly rotationInterval: number
  /** How long a token still opens after its successor was confirmed, for requests that are under way. */
  readonly rotationGrace: number
}

/** The secret that a request presents. */
export interface Presented {
  readonly secret: string
  /** Whether its token was signed by the first key, which signs new tokens. If not, a rotation is due. */
  readonly isSignedByFirst: boolean
}

/** How long after the latest rotation an outdated token is stale rather than a replay, in ms. */
const staleMs = 5 * 60_000

/** Returns the role of a secret at `at`, in epoch ms; `undefined` if it opens nothing. */
function roleOf({ verifier }: SessionRecord, secret: string, at: number): SecretRole | undefined {
  if (isHashOf(secret, verifier.current)) return 'current'
  if (verifier.next !== undefined && isHashOf(secret, verifier.next)) return 'next'
  const { previous, graceUntil } = verifier
  if (previous === undefined || graceUntil === undefined || at >= graceUntil) return undefined
  return isHashOf(secret, previous) ? 'previous' : undefined
}

/** Newest first: a request may carry several tokens of one session, and an old one must not hold up the rotation. */
const rolesByAge: readonly SecretRole[] = ['next', 'current', 'previous']

/** Returns the newest of the presented secrets that open the record; `undefined` if none does. */
export function presentedBy(
  genuine: readonly GenuineToken[],
  record: SessionRecord,
  at: number,
): Presented | undefined {
  const roles = genuine.map(({ secret }) => roleOf(record, secret, at))
  const newest = rolesByAge.find((role) => roles.includes(role))
  const token = newest && genuine[roles.indexOf(newest)]
  return token && { secret: token.secret, isSignedByFirst: token.keyIndex === 0 }
}

/** Returns true if a genuine token that opens nothing is a replay at `at`, and not merely stale. */
export function isReplay({ rotatedAt }: SessionRecord, at: number): boolean {
  return at >= rotatedAt + staleMs
}

/**
 * Returns the step of the rotation by age that is due at `at`, epoch ms: the record after the step and, for an offer,
 * the secret to send. Returns `undefined` if no step is due. Call it only if a touch is due, and send the secret only
 * if the write of this request was applied.
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
  const isInGrace = verifier.graceUntil !== undefined && at < verifier.graceUntil
  return isDue && !isInGrace ? offer(record, presented.secret) : undefined
}

/** Returns the record with an offer, and the offered secret. It is derived from `current`, the current secret. */
export function offer(
  record: SessionRecord,
  current: string,
): { record: SessionRecord; secret: string } {
  const salt = mintSalt()
  const secret = deriveSecret(current, salt)
  const verifier = { ...record.verifier, next: hashSecret(secret), salt }
  return { record: { ...record, verifier }, secret }
}

/** Returns the record after a confirmation: the offered secret is current, the one before it is in its grace. */
function confirm(
  record: SessionRecord,
  { at, policy }: { at: number; policy: RotationPolicy },
): SessionRecord {
  const { current: previous, next = previous } = record.verifier
  const verifier: Verifier = { current: next, previous, graceUntil: at + policy.rotationGrace }
  return { ...record, rotatedAt: at, verifier }
}
