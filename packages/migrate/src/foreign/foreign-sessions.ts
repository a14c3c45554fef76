import { createHmac } from 'node:crypto'
import type { SessionId } from '@sojourn/core'
import {
  checkSize,
  createRecord,
  type OpenedSession,
  type SessionRecord,
  type SessionStore,
  type StoreEnv,
} from '@sojourn/core/store'
import type { ForeignSession, VerifiedCookie } from '../sources/source.ts'
import type { GenuineCookie, GuardedSource } from './guard-source.ts'

/** A session of another library that a request has opened. */
export interface ForeignOrigin {
  readonly cookie: GenuineCookie
  readonly session: ForeignSession
}

/** How long browsers keep a cookie at most, in ms (RFC 6265bis, 5.5). */
export const longestCookieMs = 400 * 86_400_000

/** Translates sessions of another library for the manager, and keeps what they were. */
export type ForeignSessions = ReturnType<typeof createForeignSessions>

/**
 * Returns the translation of foreign sessions. The id of one is derived from its key, so that parallel requests show the
 * same; its group, from its user, like that of every session.
 *
 * Limits are the stricter ones of both sides. The absolute limit begins when the old session began, or else now. When the
 * user logged in is not known, so no such session counts as a recent login.
 */
export function createForeignSessions(
  { library, options, until }: GuardedSource,
  { codec }: SessionStore,
  { clock, ids, keyring, policy }: StoreEnv,
) {
  const idKey = keyring.deriveIndex('foreign-id')
  const origins = new WeakMap<OpenedSession, ForeignOrigin>()
  const cookies = new WeakMap<OpenedSession, GenuineCookie>()

  return {
    /** Returns the key of the claim of a session. */
    claimKey: ({ key }: VerifiedCookie) => JSON.stringify(['session', library, key]),

    /** Returns the key of the claim that refuses the old sessions of a user. */
    userKey: (userId: string) => JSON.stringify(['user', userId]),

    /** Returns the user of a session. @throws TypeError for what cannot be the id of a user. */
    userIdOf,

    /** Returns the id by which events name a session that cannot become one of ours. */
    nameOf: (cookie: VerifiedCookie) => ids.mint(undefined, randomOf(cookie)),

    /**
     * Returns until when a claim on a session is needed, in epoch ms: no less than its cookie lives, because `until` may be moved
     * to a later time.
     */
    claimedUntil({ opensUntil, expiresAt }: ForeignSession): number {
      const ends = [until, opensUntil ?? expiresAt].filter((end) => end !== undefined)
      return ends.length > 0 ? Math.max(...ends) : clock() + longestCookieMs
    },

    /**
     * Returns a session as the manager gets it; `undefined` if it has expired. Its touch is due, so that the first request imports
     * it. Without an `id` it has one that derives from its key and its user.
     * @throws What the application's functions and the codec throw, for data that cannot become a session.
     */
    translate(origin: ForeignOrigin, id?: SessionId): OpenedSession | undefined {
      const { session } = origin
      const at = clock()
      const record = toRecord(origin, id, at)
      if (Math.min(session.expiresAt ?? Infinity, record.absoluteExpiresAt) <= at) return undefined
      const data = codec.encode(options.data ? options.data(session.data) : { ...session.data })
      checkSize(data, policy.maxDataBytes)
      const opened: OpenedSession = { record, data, touchedAt: at - policy.touchInterval }
      origins.set(opened, origin)
      return opened
    },

    /** Returns what a translated session was; `undefined` for any other. */
    originOf: (opened: OpenedSession) => origins.get(opened),

    /** Notes that an imported session was opened by its old cookie. */
    noteCookie: (opened: OpenedSession, cookie: GenuineCookie) => void cookies.set(opened, cookie),

    /** Returns the old cookie that opened an imported session; `undefined` if its token did. */
    cookieOf: (opened: OpenedSession) => cookies.get(opened),
  }

  function toRecord(
    { cookie, session }: ForeignOrigin,
    given: SessionId | undefined,
    at: number,
  ): SessionRecord {
    const userId = userIdOf(session)
    const stamp = userId === undefined ? undefined : options.securityStamp?.(session.data)
    const { id, epoch } = ids.issue({
      id: given ?? ids.mint(userId, randomOf(cookie)),
      ...(userId === undefined ? {} : { userId }),
    })
    const { absoluteExpiresAt = Infinity } = session
    const createdAt = Math.min(session.createdAt ?? at, at) // a clock ahead of ours extends no limit (P9)
    const record = createRecord({
      id,
      epoch,
      secretHash: '',
      at: createdAt,
      maxAge: Math.min(policy.maxAge, session.maxAge ?? Infinity),
      absoluteTimeout: Math.min(policy.absoluteTimeout, absoluteExpiresAt - createdAt),
      persistent: policy.persistent && (session.persistent ?? true),
      stamp:
        stamp === undefined || userId === undefined ? undefined : keyring.stampHash(userId, stamp),
    })
    return { ...record, updatedAt: at, rotatedAt: at, ...(userId === undefined ? {} : { userId }) }
  }

  /** @throws TypeError for what cannot be the id of a user. */
  function userIdOf({ data }: Pick<ForeignSession, 'data'>): string | undefined {
    const userId = options.userId?.(data)
    if (userId === undefined || userId === null) return undefined
    const text = String(userId)
    const isText = typeof userId === 'string' || Number.isFinite(userId)
    if (isText && text !== '' && text.length <= 1024 && text.isWellFormed()) return text
    throw new TypeError('userId() returned neither a number nor a string of 1 to 1,024 characters')
  }

  /** Returns the bytes that an id takes the place of its random bytes from. */
  function randomOf({ key }: VerifiedCookie): Buffer {
    return createHmac('sha256', idKey)
      .update(JSON.stringify([library, key]))
      .digest()
  }
}
