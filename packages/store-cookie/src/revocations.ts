import type { EndReason, SessionId } from '@sojourn/core'
import type { SessionBackend, SessionRecord, StoreEnv } from '@sojourn/core/store'
import { createMarks, type Mark, type Marks } from './marks.ts'

/**
 * Why a token that is genuine writes nothing: its session has ended, or was elevated after it, and then it opens nothing
 * either; or another store is taking the session over.
 */
export type Refused = { readonly ended: EndReason } | 'superseded' | 'leaving'

/** What a server must remember so that an end and an elevation are final although the browser holds the session. */
export interface Revocations extends Pick<Marks, 'ping' | 'close'> {
  /** Why the token of a record is refused, if it is. One `find`. */
  judge(record: SessionRecord): Promise<Refused | undefined>
  /** Makes the next record's authority the only one that counts; or says why not. */
  elevate(record: SessionRecord, next: SessionRecord): Promise<Refused | undefined>
  /** Lets nobody elevate the record's session any more, until it ends; or says why not. Again is as once. */
  leave(record: SessionRecord): Promise<Refused | undefined>
  /** Ends a session, whatever its authority; or says who has done so before. */
  end(id: SessionId, reason: EndReason, until: number): Promise<EndReason | undefined>
}

/** Revocations by id and authority, in a backend. A mark stays until no token of its session can open any more. */
export function createRevocations(backend: SessionBackend, env: StoreEnv): Revocations {
  const marks = createMarks(backend, env)

  return {
    judge: async ({ id, authority }) => whyRefused(authority, await marks.find(id)),

    async elevate({ id, authority, absoluteExpiresAt }, next) {
      const mark = await marks.put(
        id,
        { authority: next.authority },
        {
          until: Math.max(absoluteExpiresAt, next.absoluteExpiresAt),
          yields: (standing) => whyRefused(authority, standing) !== undefined,
        },
      )
      return whyRefused(authority, mark)
    },

    async leave({ id, authority, absoluteExpiresAt }) {
      const mark = await marks.put(
        id,
        { authority, leaving: true },
        {
          until: absoluteExpiresAt,
          yields: (standing) => whyRefused(authority, standing) !== undefined,
        },
      )
      const refused = whyRefused(authority, mark)
      return refused === 'leaving' ? undefined : refused
    },

    async end(id, reason, until) {
      const yields = (standing: Mark) => 'ended' in standing
      const mark = await marks.put(id, { ended: reason }, { until, yields })
      return mark && 'ended' in mark ? mark.ended : undefined
    },

    ping: marks.ping,
    close: marks.close,
  }
}

function whyRefused(authority: number, mark: Mark | undefined): Refused | undefined {
  if (mark === undefined || 'ended' in mark) return mark
  if (mark.authority > authority) return 'superseded'
  return mark.leaving ? 'leaving' : undefined
}
