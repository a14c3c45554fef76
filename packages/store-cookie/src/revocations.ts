import type { EndReason, SessionId } from '@sojourn/core'
import type { SessionBackend, SessionRecord, StoreEnv } from '@sojourn/core/store'
import {
  createRevocationEntries,
  type RevocationEntries,
  type RevocationEntry,
} from './revocation-entries.ts'

/**
 * Why a token that is genuine writes nothing: its session has ended, or was elevated after it, and then it opens nothing
 * either; or another store is taking the session over.
 */
export type SessionRefusal = { readonly ended: EndReason } | 'superseded' | 'leaving'

/** What a server must remember so that an end and an elevation are final although the browser holds the session. */
export interface Revocations extends Pick<RevocationEntries, 'ping' | 'close'> {
  /** Why the token of a record is refused, if it is. One `find`. */
  judge(record: SessionRecord): Promise<SessionRefusal | undefined>
  /** Makes the next record's authority the only one that counts; or says why not. */
  elevate(record: SessionRecord, next: SessionRecord): Promise<SessionRefusal | undefined>
  /** Lets nobody elevate the record's session any more, until it ends; or says why not. Again is as once. */
  leave(record: SessionRecord): Promise<SessionRefusal | undefined>
  /** Ends a session, whatever its authority; or says who has done so before. */
  end(id: SessionId, reason: EndReason, until: number): Promise<EndReason | undefined>
}

/** Revocations by id and authority, in a backend. An entry stays until no token of its session can open any more. */
export function createRevocations(backend: SessionBackend, env: StoreEnv): Revocations {
  const entries = createRevocationEntries(backend, env)

  return {
    judge: async ({ id, authority }) => refusalOf(authority, await entries.find(id)),

    async elevate({ id, authority, absoluteExpiresAt }, next) {
      const entry = await entries.put(
        id,
        { authority: next.authority },
        {
          until: Math.max(absoluteExpiresAt, next.absoluteExpiresAt),
          keepExisting: (standing) => refusalOf(authority, standing) !== undefined,
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
          keepExisting: (standing) => refusalOf(authority, standing) !== undefined,
        },
      )
      const refused = refusalOf(authority, entry)
      return refused === 'leaving' ? undefined : refused
    },

    async end(id, reason, until) {
      const keepExisting = (standing: RevocationEntry) => 'ended' in standing
      const entry = await entries.put(id, { ended: reason }, { until, keepExisting })
      return entry && 'ended' in entry ? entry.ended : undefined
    },

    ping: entries.ping,
    close: entries.close,
  }
}

function refusalOf(authority: number, entry: RevocationEntry | undefined): SessionRefusal | undefined {
  if (entry === undefined || 'ended' in entry) return entry
  if (entry.authority > authority) return 'superseded'
  return entry.leaving ? 'leaving' : undefined
}
