import type { EndReason, SessionId } from '@sojourn/core'
import type { SessionBackend, SessionRecord, StoreEnv } from '@sojourn/core/store'
import {
  createRevocationEntries,
  type RevocationEntries,
  type RevocationEntry,
} from './revocation-entries.ts'

/**
 * Why the session of a genuine token cannot be written: it has ended; it was elevated after the token was sealed; or
 * another store is taking it over. In the first two cases the token does not open it either.
 */
export type SessionRefusal = { readonly ended: EndReason } | 'superseded' | 'leaving'

/** What the server remembers of ended and elevated sessions, so that both take effect at once. */
export interface Revocations extends Pick<RevocationEntries, 'ping' | 'close'> {
  /** Returns why the session of a record is refused, or `undefined`. One `find`. */
  check(record: SessionRecord): Promise<SessionRefusal | undefined>
  /** Returns the authority that a login has given a session within the last `withinMs`; `undefined` if none has. */
  elevatedLately(id: SessionId, withinMs: number): Promise<number | undefined>
  /** Makes the authority of `next` the only valid one. Returns why this was refused, or `undefined`. */
  elevate(record: SessionRecord, next: SessionRecord): Promise<SessionRefusal | undefined>
  /** Prevents further elevations of the session. Idempotent. Returns why this was refused, or `undefined`. */
  leave(record: SessionRecord): Promise<SessionRefusal | undefined>
  /**
   * Ends a session, whatever its authority. `until` is when its last token expires, epoch ms. Returns the reason of an
   * earlier end, or `undefined`.
   */
  end(id: SessionId, reason: EndReason, until: number): Promise<EndReason | undefined>
}

/** Creates the revocations on a backend. An entry is kept until no token of its session can open it any more. */
export function createRevocations(backend: SessionBackend, env: StoreEnv): Revocations {
  const entries = createRevocationEntries(backend, env)

  return {
    check: async ({ id, authority }) => refusalOf(authority, await entries.find(id)),

    async elevatedLately(id, withinMs) {
      const entry = await entries.find(id)
      if (!entry || 'ended' in entry || entry.leaving) return undefined
      const { authority, authenticatedAt = 0 } = entry
      return Math.abs(env.clock() - authenticatedAt) <= withinMs ? authority : undefined
    },

    async elevate({ id, authority, absoluteExpiresAt, authenticatedAt: before }, next) {
      const { authenticatedAt } = next
      const isLogin = authenticatedAt !== undefined && authenticatedAt !== before
      const entry = await entries.put(
        id,
        { authority: next.authority, ...(isLogin ? { authenticatedAt } : {}) },
        {
          until: Math.max(absoluteExpiresAt, next.absoluteExpiresAt),
          keepExisting: (existing) => refusalOf(authority, existing) !== undefined,
        },
      )
      return refusalOf(authority, entry)
    },

    async leave({ id, authority, absoluteExpiresAt }) {
      const entry = await entries.put(
        id,
        { authority, leaving: true },
        {
          until: absoluteExpiresAt,
          keepExisting: (existing) => refusalOf(authority, existing) !== undefined,
        },
      )
      const refusal = refusalOf(authority, entry)
      return refusal === 'leaving' ? undefined : refusal
    },

    async end(id, reason, until) {
      const keepExisting = (existing: RevocationEntry) => 'ended' in existing
      const entry = await entries.put(id, { ended: reason }, { until, keepExisting })
      return entry && 'ended' in entry ? entry.ended : undefined
    },

    ping: entries.ping,
    close: entries.close,
  }
}

function refusalOf(
  authority: number,
  entry: RevocationEntry | undefined,
): SessionRefusal | undefined {
  if (entry === undefined || 'ended' in entry) return entry
  if (entry.authority > authority) return 'superseded'
  return entry.leaving ? 'leaving' : undefined
}
