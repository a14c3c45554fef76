import { touchWindow } from './expiry.ts'
import type { SessionRecord, Verifier } from './record.ts'
import { addRetirement, delayAllowance, retiredAt } from './retirement.ts'
import {
  deriveSecret,
  type GenuineToken,
  hashSecret,
  isSameHash,
  maxGeneration,
  mintSalt,
  type TokenContent,
} from './token.ts'

/*
 * Rotation: a live session gets a new token. The session and its id stay.
 *
 * STATES. The state of a genuine token follows from the hash of its secret, its generation, the record's `verifier` and
 * the time:
 *
 *   state    | opens the session | when
 *   ---------|-------------------|------------------------------------------------------------------------
 *   current  | yes               | the hash is verifier.current
 *   offered  | yes               | the hash is verifier.next (derived from the current secret by verifier.salt)
 *   grace    | yes               | the hash is verifier.previous, and it is before verifier.graceUntil
 *   stale    | no                | none of these applies, and a late request may still carry it
 *   replayed | no                | none of these applies, and its generation was retired longer ago than any
 *            |                   | request is late (`delayAllowance`, five minutes or less)
 *
 * BY AGE. The server cannot know whether a new token arrives, so the old one is valid until the new one is seen (P3):
 *
 *   token A  current ── offer ──▶ current ──────────────── confirm ──▶ grace ── graceUntil ──▶ stale ──▶ replayed
 *   token B                       offered ↺ offer again ── confirm ──▶ current
 *
 *   step        | a request presents | and if                            | write     | changes in the record
 *   ------------|--------------------|-----------------------------------|-----------|----------------------------------
 *   offer       | the current token  | it is older than rotationInterval | `replace` | sets `next`, `salt`, `offeredAt`
 *               |                    | or not signed by the first key,   |           |
 *               |                    | and no grace is running           |           |
 *   offer again | the current token  | there is an offer already         | `touch`   | none
 *   confirm     | the offered token  |                                   | `replace` | `next` → `current` → `previous`,
 *               |                    |                                   |           | sets `graceUntil`, `rotatedAt`,
 *               |                    |                                   |           | adds to `retired`
 *
 * A step is taken by a save whose touch is due, and its write is that touch (keyed/plan-write.ts, keyed/save.ts). If the
 * request has changed data too, both go into one `replace`. Of parallel requests one takes the step; then no touch is
 * due for the others. A watched connection touches too, but takes no step, because it presents no token (watch/watch.ts).
 *
 * OVERDUE. The client with the most requests wins the touches: a thief who polls would get all offers and could keep the
 * token from changing, and so could a watched connection. So a step that has been due for a touch window is *overdue*,
 * and waits for a touch no more (P13):
 *
 *   offer       | the first request that presents the current token writes the offer
 *   offer again | every response to the current token carries the offered one; no write
 *   confirm     | the first request that presents the offered token confirms it
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
 *   offer, offer again | the offered token, in a cookie of its own (http/cookie-transport.ts): however late the response
 *                      | arrives, it does not overwrite the token of a login (P12)
 *   confirm            | no token: it has the new one already. Event `rotated`, `why: 'age'`
 *   by cause           | the new token. Event `rotated`, `why: 'cause'`
 *   grace              | no token; the session opens as usual
 *   stale              | an empty, ended session (`session.ended` is 'stale') and no token: a late response must not
 *                      | overwrite a newer cookie. Event `discarded`
 *   replayed           | as for stale, but `session.ended` is 'replayed' ('stale' with `onReplay: 'ignore'`). The event
 *                      | `replayed` is emitted too
 *
 * An offer that stays unconfirmed for four rotation intervals, while its session is in use, causes the event `stalled`: the
 * client does not take new tokens, or somebody else uses its old one.
 */

/** The hash in `verifier` that a presented secret matches. A secret without a role opens nothing. */
type SecretRole = 'current' | 'next' | 'previous'

/** The configuration of rotation, in ms. */
export interface RotationPolicy {
  /** How often a session in use is touched at most; an offer is overdue after that. */
  readonly touchInterval: number
  /** The age at which a token is due for a successor. */
  readonly rotationInterval: number
  /** How long a token still opens after its successor was confirmed, for requests that are under way. */
  readonly rotationGrace: number
}

/** The token that a request presents. */
export interface Presented extends TokenContent {
  /** Whether its token was signed by the first key, which signs new tokens. If not, a rotation is due. */
  readonly isSignedByFirst: boolean
}

/** Returns the role of a secret at `at`, in epoch ms; `undefined` if it opens nothing. */
function roleOf(
  { verifier }: SessionRecord,
  { secret, secretHash = hashSecret(secret) }: Pick<TokenContent, 'secret' | 'secretHash'>,
  at: number,
): SecretRole | undefined {
  if (isSameHash(secretHash, verifier.current)) return 'current'
  if (verifier.next !== undefined && isSameHash(secretHash, verifier.next)) return 'next'
  const { previous, graceUntil } = verifier
  if (previous === undefined || graceUntil === undefined || at >= graceUntil) return undefined
  return isSameHash(secretHash, previous) ? 'previous' : undefined
}

/** Newest first: a request may carry several tokens of one session, and an old one must not hold up the rotation. */
const rolesByAge: readonly SecretRole[] = ['next', 'current', 'previous']

/** Returns the newest of the presented secrets that open the record; `undefined` if none does. */
export function presentedBy(
  genuine: readonly GenuineToken[],
  record: SessionRecord,
  at: number,
): Presented | undefined {
  let newest: GenuineToken | undefined
  let rank = rolesByAge.length
  for (const token of genuine) {
    const role = roleOf(record, token, at)
    const age = role === undefined ? rank : rolesByAge.indexOf(role)
    if (age >= rank) continue
    newest = token
    rank = age
  }
  return newest && asPresented(newest)
}

/** Returns a genuine token as one that a request presents. */
export function asPresented(token: GenuineToken): Presented {
  const { secret, secretHash, generation, keyIndex } = token
  return { secret, secretHash, generation, isSignedByFirst: keyIndex === 0 }
}

/** Returns true if a presented token opens the record at `at`, epoch ms. */
export function isOpenedBy(record: SessionRecord, presented: Presented, at: number): boolean {
  return roleOf(record, presented, at) !== undefined
}

/**
 * Returns true if a genuine token that opens nothing is a replay at `at`, epoch ms, and not merely stale: it was retired
 * longer ago than a request can be under way.
 */
export function isReplay(
  { verifier }: SessionRecord,
  genuine: readonly GenuineToken[],
  { at, policy }: { at: number; policy: RotationPolicy },
): boolean {
  const newest = Math.max(...genuine.map(({ generation }) => generation))
  if (newest >= maxGeneration) return false // its age is not known: later tokens have the same generation
  const since = retiredAt(verifier.retired, newest)
  return since !== undefined && at >= since + delayAllowance(policy)
}

/** What an overdue step demands of a request, although no touch may be due. */
export type OverdueStep =
  /** The client is still without the offered token: send it. */
  | { readonly offered: TokenContent }
  /** A save takes the step: it makes the offer, or confirms it. */
  | 'save'

/** Returns what is overdue for the request that presents a token; see OVERDUE above. */
export function overdueStep(
  record: SessionRecord,
  presented: Presented,
  { at, policy }: { at: number; policy: RotationPolicy },
): OverdueStep | undefined {
  if (!isOverdue(record, { at, policy })) return undefined
  const role = roleOf(record, presented, at)
  if (role === 'next') return 'save'
  if (role !== 'current') return undefined
  return record.verifier.salt === undefined
    ? 'save'
    : { offered: offeredToken(record, presented.secret) }
}

/** Returns true if the next step of the rotation by age waits no longer for a touch. */
export function isOverdue(
  record: SessionRecord,
  { at, policy }: { at: number; policy: RotationPolicy },
): boolean {
  const dueSince = record.verifier.offeredAt ?? record.rotatedAt + policy.rotationInterval
  return at - dueSince >= touchWindow(record, policy.touchInterval)
}

/** How many rotation intervals an offer is unconfirmed until that is an event. A bad network takes one or two. */
const stalledIntervals = 4

/**
 * Returns true if a touch at `at` is the first after another four rotation intervals in which an offer went unconfirmed
 * and the session was in use: not if the touch before, at `touchedAt`, is a rotation interval ago, as when the user was
 * away. Both are epoch ms.
 */
export function isStalled(
  { verifier: { offeredAt } }: SessionRecord,
  touchedAt: number,
  { at, policy: { rotationInterval } }: { at: number; policy: RotationPolicy },
): boolean {
  if (offeredAt === undefined || at - touchedAt >= rotationInterval) return false
  const period = stalledIntervals * rotationInterval
  const periodsUntil = (time: number) => Math.floor((time - offeredAt) / period)
  return periodsUntil(at) > Math.max(periodsUntil(touchedAt), 0)
}

/**
 * Returns the step of the rotation by age that is due at `at`, epoch ms: the record after the step and, for an offer,
 * the token to send. Returns `undefined` if no step is due. Call it only if a touch is due or the step is overdue, and
 * send the token only if the write of this request was applied.
 */
export function rotationStep(
  record: SessionRecord,
  presented: Presented,
  { at, policy }: { at: number; policy: RotationPolicy },
): { record: SessionRecord; offered?: TokenContent } | undefined {
  const { verifier } = record
  const role = roleOf(record, presented, at)
  if (role === 'next') return { record: confirm(record, { at, policy }) }
  if (role !== 'current') return undefined
  if (verifier.salt !== undefined)
    return { record, offered: offeredToken(record, presented.secret) }
  const isDue = !presented.isSignedByFirst || at - record.rotatedAt >= policy.rotationInterval
  const isInGrace = verifier.graceUntil !== undefined && at < verifier.graceUntil
  return isDue && !isInGrace ? offer(record, presented.secret, at) : undefined
}

/** Returns the record with an offer made at `at`, epoch ms, and the offered token. `current` is the current secret. */
export function offer(
  record: SessionRecord,
  current: string,
  at: number,
): { record: SessionRecord; offered: TokenContent } {
  const salt = mintSalt()
  const next = hashSecret(deriveSecret(current, salt))
  const offering = { ...record, verifier: { ...record.verifier, next, salt, offeredAt: at } }
  return { record: offering, offered: offeredToken(offering, current) }
}

/** Returns the token that a record offers. `current` is the current secret, from which it is derived. */
function offeredToken({ verifier }: SessionRecord, current: string): TokenContent {
  const { generation, salt = '' } = verifier
  return { secret: deriveSecret(current, salt), generation: generation + 1 }
}

/** Returns the record after a confirmation: the offered secret is current, the one before it is in its grace. */
function confirm(
  record: SessionRecord,
  { at, policy }: { at: number; policy: RotationPolicy },
): SessionRecord {
  const { current: previous, next = previous, generation, retired } = record.verifier
  const verifier: Verifier = {
    current: next,
    generation: generation + 1,
    previous,
    graceUntil: at + policy.rotationGrace,
    retired: addRetirement(retired, { generation, at }),
  }
  return { ...record, rotatedAt: at, verifier }
}
