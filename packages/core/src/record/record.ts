import type { Limits } from './expiry.ts'

/** The public name of a session, `group.handle`. It opens nothing: logs, device lists and events may show it. */
export type SessionId = string

/** Why a session was ended by somebody, all there are. An expired one just ends. */
export const endReasons = [
  'login', // another session took its place
  'logout',
  'revoked',
  'evicted', // to keep a limit
  'replayed',
  'moved', // to another store, where it goes on
] as const

/** Why a session was ended by somebody. */
export type EndReason = (typeof endReasons)[number]

/** What the application says of the device that logged in, to show it in a list of devices. Short strings. */
export type ClientInfo = Readonly<Record<string, string>>

/** What a record knows of its secrets: SHA-256 of each, never the secret (P5). */
export interface Verifier {
  /** Of the secret that opens the session; empty where the session is sealed in its token, which needs none. */
  readonly current: string
  /** Of the secret that was offered and not yet seen. */
  readonly next?: string
  /** By which `next` derives from `current`; not secret. */
  readonly salt?: string
  /** Of the secret before the current one, which still opens until `graceUntil`. */
  readonly previous?: string
  readonly graceUntil?: number
}

/** What is kept of a session between requests, its `data` apart. Times are epoch ms. */
export interface SessionRecord extends Limits {
  readonly id: SessionId
  readonly createdAt: number
  readonly updatedAt: number
  /** When the token last changed. */
  readonly rotatedAt: number
  /** When the user last proved who they are; absent on an anonymous session. */
  readonly authenticatedAt?: number
  readonly userId?: string
  /** How often the session was elevated. A request that loaded another number may not write (P4). */
  readonly authority: number
  readonly verifier: Verifier
  /** Whether the cookie outlives the browser. */
  readonly persistent: boolean
  readonly client?: ClientInfo
  /** Set for good when another store takes the session over: it still opens here, and nothing is written any more. */
  readonly leaving?: true
}

/** The group part of an id: all sessions of one user share it. */
export function groupOf(id: SessionId): string {
  const dot = id.indexOf('.')
  return dot < 0 ? id : id.slice(0, dot)
}

/** How a new record begins. */
export interface RecordSeed {
  readonly id: SessionId
  readonly secretHash: string
  readonly at: number
  readonly maxAge: number
  readonly absoluteTimeout: number
  readonly persistent: boolean
  readonly userId?: string
  readonly client?: ClientInfo
}

/** A record as it is when a session is created. */
export function createRecord(seed: RecordSeed): SessionRecord {
  const { id, at, maxAge, persistent, userId, client } = seed
  return {
    id,
    createdAt: at,
    updatedAt: at,
    rotatedAt: at,
    absoluteExpiresAt: at + seed.absoluteTimeout,
    maxAge,
    authority: 0,
    verifier: { current: seed.secretHash },
    persistent,
    ...(userId === undefined ? {} : { userId, authenticatedAt: at }),
    ...(client === undefined ? {} : { client }),
  }
}

/** What a re-authentication changes besides the token. */
export interface Elevation {
  readonly maxAge: number
  readonly absoluteTimeout: number
  readonly persistent: boolean
  readonly client?: ClientInfo
}

/**
 * The record with a fresh secret and one more authority: the old token opens nothing from here on (P4).
 * Only an `elevation` (a re-authentication) restarts the absolute limit and sets `authenticatedAt`.
 */
export function rotateRecord(
  record: SessionRecord,
  secretHash: string,
  { at, elevation }: { at: number; elevation?: Elevation | undefined },
): SessionRecord {
  const rotated = {
    ...record,
    rotatedAt: at,
    authority: record.authority + 1,
    verifier: { current: secretHash },
  }
  if (!elevation) return rotated
  const { absoluteTimeout, ...rest } = elevation
  return { ...rotated, ...rest, authenticatedAt: at, absoluteExpiresAt: at + absoluteTimeout }
}
