import { createHash } from 'node:crypto'
import {
  type CreateOutcome,
  type Draft,
  groupOf,
  joinWindowMs,
  type OpenedSession,
  rotateRecord,
} from '@sojourn/core/store'
import type { Revocations } from './revocations.ts'
import { noSecret, type SealedContext } from './sealed-context.ts'
import { unsealNewest } from './sealed-open.ts'

/**
 * Parallel logins of one user, which present the same token, as by a double click: without more, each would make a session
 * of its own. With revocations they share one. After a login their tokens differ, but they have the id, which is derived
 * from the presented token; after a re-authentication, the authority. So one logout ends what all of them sealed.
 */
export function createJoinLogin({ tokens, env }: SealedContext, revocations: Revocations) {
  const { clock, ids } = env

  return {
    /** Returns the newest session that the tokens of a login contain, expired or not. */
    async presentedBy({ presented, userId }: Draft): Promise<OpenedSession | undefined> {
      if (userId === undefined || !presented) return undefined
      const newest = await unsealNewest(tokens, presented.tokens, clock())
      return typeof newest === 'string' ? undefined : newest.opened
    },

    /** Returns the id of a login's session: the same for logins within about half a minute. */
    idOf({ record: { id, authority } }: OpenedSession, userId: string): string {
      const period = Math.floor(clock() / joinWindowMs)
      const seed = JSON.stringify([id, authority, userId, period])
      return ids.mint(userId, createHash('sha256').update(seed).digest())
    },

    /**
     * Joins the session of the presented token, if it is one of this user and was elevated just now. Returns `undefined`
     * if not.
     */
    async elevated(draft: Draft, presented: OpenedSession): Promise<CreateOutcome | undefined> {
      const { record } = presented
      if (draft.userId !== record.userId || groupOf(record.id) !== ids.groupOf(draft.userId ?? ''))
        return undefined
      const authority = await revocations.elevatedLately(record.id, joinWindowMs)
      if (authority === undefined || authority <= record.authority) return undefined
      const at = clock()
      const elevated = { ...rotateRecord(record, noSecret, { at, elevation: draft }), authority }
      const opened: OpenedSession = { ...presented, record: elevated, touchedAt: at }
      return { created: true, joined: true, opened, token: await tokens.seal(opened), evicted: [] }
    },
  }
}
