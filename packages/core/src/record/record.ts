import type { Writable } from '../util/writable.ts'
import type { DeviceBinding } from './device-binding.ts'
import type { Limits } from './expiry.ts'
import { type Factor, mergeFactors } from './factors.ts'
import type { Fingerprint } from './fingerprint.ts'
import { addRetirement, type Retirement } from './retirement.ts'

/** The public id of a session, `group.handle`. It is not a credential, so logs, device lists and events may show it. */
export type SessionId = string

/** All reasons for which a session is ended. An expired session has no reason. */
export const endReasons = [
  'login', // a login replaced it by a new session
  'logout',
  'revoked',
  'evicted', // to keep the limit of its user
  'replayed', // a token that was rotated away was presented
  'moved', // another store has taken it over
  'mismatch', // another client than the one that began it has used it, by the option `fingerprint`
] as const

/** Why a session was ended. */
export type EndReason = (typeof endReasons)[number]

/** What the application records about the device at a login, for a list of devices. Short strings. */
export type ClientInfo = Readonly<Record<string, string>>

/** Who acts as the user of a session, such as a member of staff who looks into a customer's account. */
export interface Actor {
  readonly userId: string
  /** The session of the actor from which the acting session was started. It ends with that one. */
  readonly sessionId: SessionId
  /** The authority of that session. It ends with an elevation of that one too (P4). */
  readonly authority: number
}

/** What a record keeps of its secrets: the SHA-256 of each, as base64url, never the secret (P5). See rotation.ts. */
export interface Verifier {
  /** The hash of the secret that opens the session. Empty if the session is sealed in its token, which has no secret. */
  readonly current: string
  /**
   * The generation of the current token: 1 at first, more after each rotation; 0 if the client still has a token of
   * another store. An offered token has the next one.
   */
  readonly generation: number
  /** The hash of the secret that is offered as the next one. Absent without an offer. */
  readonly next?: string
  /** The salt by which the next secret is derived from the current one. Not secret. Present with `next`. */
  readonly salt?: string
  /** When the offer was made, in epoch ms. Present with `next`. */
  readonly offeredAt?: number
  /** The hash of the secret before the current one, which still opens until `graceUntil`. */
  readonly previous?: string
  /** Epoch ms. Present with `previous`. */
  readonly graceUntil?: number
  /** When earlier tokens were retired. Absent if there are none. */
  readonly retired?: readonly Retirement[]
  /**
   * The salt by which a login derived the current secret from the token that it presented (keyed/join-login.ts). Not
   * secret. Present from a login to the next rotation.
   */
  readonly loginSalt?: string
}

/** What is stored of a session besides its `data`. Times are epoch ms. */
export interface SessionRecord extends Limits {
  readonly id: SessionId
  readonly createdAt: number
  /** When its data last changed. */
  readonly updatedAt: number
  /** When its token last changed. */
  readonly rotatedAt: number
  /**
   * When the user last logged in or re-authenticated. Absent for an anonymous session, and if the clock was wrong then;
   * `createdAt` is where the absolute limit began in that case.
   */
  readonly authenticatedAt?: number
  /** Absent for an anonymous session. */
  readonly userId?: string
  /** How often the session was elevated. A request that loaded another number may not write (P4). */
  readonly authority: number
  readonly verifier: Verifier
  /** Whether the cookie outlives the browser. */
  readonly persistent: boolean
  readonly client?: ClientInfo
  /**
   * The hash of the user's security stamp at the last login or re-authentication (`Keyring.stampHash`). Absent without
   * the option `securityStamp`.
   */
  readonly stamp?: string
  /**
   * The epoch in which an anonymous session was created, by its name; see session-ids.ts. Absent in the first epoch, and
   * for a user's session, whose group depends on it.
   */
  readonly epoch?: string
  /** What the user has proved, each method once, oldest first. Absent if no login named any. */
  readonly factors?: readonly Factor[]
  /** Absent unless somebody else acts as the user. */
  readonly actor?: Actor
  /** The keyed hash of each part of the client's fingerprint, by the name of the part. Absent without the option. */
  readonly fingerprint?: Fingerprint
  /** The key in the browser to which the session is bound. Absent without the option `deviceBound`, and before a browser binds. */
  readonly deviceBinding?: DeviceBinding
  /** The version of the application whose form the data has, by the option `version`. Absent if it is 1, or not known. */
  readonly dataVersion?: number
  /** Set, for good, when another store starts to take the session over. It still opens, but is not written any more. */
  readonly leaving?: true
}

/** Returns the group part of an id, before the first dot. All sessions of one user have the same group. */
export function groupOf(id: SessionId): string {
  const dot = id.indexOf('.')
  return dot < 0 ? id : id.slice(0, dot)
}

/** What events tell of a session. */
export interface SessionNames {
  readonly id: SessionId
  /** `undefined` for an anonymous session. */
  readonly userId: string | undefined
  /** Who acts as the user; absent if nobody else does. */
  readonly actorId?: string
}

/** Returns what events tell of a session. */
export function namesOf({ id, userId, actor }: SessionRecord): SessionNames {
  return actor ? { id, userId, actorId: actor.userId } : { id, userId }
}

/** What `createRecord` needs. Times are in ms. */
export interface RecordSeed {
  readonly id: SessionId
  /** `hashSecret` of the secret; empty for a session that is sealed in its token. */
  readonly secretHash: string
  /** Now, in epoch ms. */
  readonly at: number
  readonly maxAge: number
  readonly absoluteTimeout: number
  readonly persistent: boolean
  readonly userId?: string | undefined
  readonly client?: ClientInfo | undefined
  readonly stamp?: string | undefined
  readonly loginSalt?: string | undefined
  /** `SessionIds.issue` returns it. */
  readonly epoch?: string | undefined
  readonly factors?: readonly Factor[] | undefined
  readonly actor?: Actor | undefined
  readonly fingerprint?: Fingerprint | undefined
  readonly dataVersion?: number | undefined
}

/** Returns the record of a new session. With a `userId`, it is authenticated at `at`. */
export function createRecord(seed: RecordSeed): SessionRecord {
  const { id, at, userId, client, stamp, loginSalt, epoch } = seed
  const { factors, actor, fingerprint, dataVersion } = seed
  const verifier: Writable<Verifier> = { current: seed.secretHash, generation: 1 }
  if (loginSalt !== undefined) verifier.loginSalt = loginSalt
  const record: Writable<SessionRecord> = {
    id,
    createdAt: at,
    updatedAt: at,
    rotatedAt: at,
    absoluteExpiresAt: at + seed.absoluteTimeout,
    maxAge: seed.maxAge,
    authority: 0,
    verifier,
    persistent: seed.persistent,
  }
  if (userId !== undefined) {
    record.userId = userId
    record.authenticatedAt = at
  }
  if (client !== undefined) record.client = client
  if (stamp !== undefined) record.stamp = stamp
  if (epoch !== undefined) record.epoch = epoch
  if (factors) record.factors = factors
  if (actor) record.actor = actor
  if (fingerprint) record.fingerprint = fingerprint
  if (dataVersion !== undefined) record.dataVersion = dataVersion
  return record
}

/** What a re-authentication changes besides the token. Times are in ms. */
export interface Elevation {
  readonly maxAge: number
  readonly absoluteTimeout: number
  readonly persistent: boolean
  readonly client?: ClientInfo
  /** The hash of the user's security stamp now. */
  readonly stamp?: string
  /** What the user has just proved. It is added to the earlier factors. */
  readonly factors?: readonly Factor[]
  /** The fingerprint of the client now. */
  readonly fingerprint?: Fingerprint
}

/**
 * Returns the record with a new secret and its authority raised by one: a rotation by cause. The old token, an offer and
 * a grace open nothing from then on (P4). The generation grows by two, because an offered token may have had the next
 * one. An `elevation` (a re-authentication) also restarts the absolute limit, sets `authenticatedAt` and drops the device
 * binding, so that the browser which has just logged in binds anew; `factors` alone are added to those of the record, and
 * change no limit.
 */
export function rotateRecord(
  record: SessionRecord,
  secretHash: string,
  {
    at,
    elevation,
    factors = elevation?.factors,
    loginSalt,
  }: {
    at: number
    elevation?: Elevation | undefined
    factors?: readonly Factor[] | undefined
    loginSalt?: string | undefined
  },
): SessionRecord {
  const { generation, retired } = record.verifier
  const rotated = {
    ...record,
    rotatedAt: at,
    authority: record.authority + 1,
    verifier: {
      current: secretHash,
      generation: generation + 2,
      retired: addRetirement(retired, { generation: generation + 1, at }),
      ...(loginSalt === undefined ? {} : { loginSalt }),
    },
    ...(factors && { factors: mergeFactors(record.factors, factors) }),
  }
  if (!elevation) return rotated
  const { maxAge, absoluteTimeout, persistent, client, stamp, fingerprint } = elevation
  const { deviceBinding: _, ...unbound } = rotated
  return {
    ...unbound,
    maxAge,
    persistent,
    authenticatedAt: at,
    absoluteExpiresAt: at + absoluteTimeout,
    ...(client === undefined ? {} : { client }),
    ...(stamp === undefined ? {} : { stamp }),
    ...(fingerprint && { fingerprint }),
  }
}
