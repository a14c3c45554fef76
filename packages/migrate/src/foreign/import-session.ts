import type { SessionId } from '@sojourn/core'
import {
  type Changes,
  type ClaimedAs,
  type ImportClaim,
  type ImportedSession,
  isChange,
  isTouchDue,
  type OpenedSession,
  type SaveOutcome,
  type SessionStore,
} from '@sojourn/core/store'
import { type ForeignMigration, firstTokens } from './context.ts'
import type { ForeignOrigin } from './foreign-sessions.ts'
import type { GenuineCookie } from './guard-source.ts'
import { isUnsettled } from './open.ts'
import { isRevoked } from './revocation.ts'

const ended: SaveOutcome = { saved: false, why: 'ended' }

/**
 * Returns the `save` and `end` of a migration from another library. A save first imports an old session, in three steps, and
 * then applies the changes of the request to what was imported, merged like any other:
 *
 * | step  | where  | effect                                                                                       |
 * |-------|--------|----------------------------------------------------------------------------------------------|
 * | claim | `to`   | decides which session of ours the old one becomes; from then on its cookie leads only there  |
 * | adopt | `to`   | inserts the old session as it is now, unless it is there already or has ended there          |
 * | end   | `from` | ends the old session, where the library can                                                  |
 *
 * Several requests may take the same step, in parallel or one after another. After a crash, the next request with the old
 * cookie takes the remaining steps; if it comes later than `claimSettledMs` and nothing was inserted, the user logs in again.
 */
export function createSave(migration: ForeignMigration): Pick<SessionStore, 'save' | 'end'> {
  const { source, to, imports, sessions, equalCookies, env, keepOld } = migration
  const { clock } = env

  return {
    async save(opened, changes) {
      const origin = sessions.originOf(opened)
      if (!origin) return saveImported(opened, changes)
      if (changes.passive && !isChange(changes)) return { saved: true, opened }
      const imported = await importSession(opened, origin)
      if (!imported) return ended
      if (isOther(imported.opened, opened))
        return isChange(changes) ? { saved: false, why: 'superseded' } : { saved: true, opened }
      const outcome = await to.save(imported.opened, changes)
      const { token } = imported
      return outcome.saved && token !== undefined ? { token, ...outcome } : outcome
    },

    /** Ends a session. Of an old one, the claim says that it never becomes one of ours. */
    async end(opened, reason) {
      const origin = sessions.originOf(opened)
      if (!origin) {
        await endOldRecord(opened)
        return to.end(opened, reason)
      }
      const claim = await makeClaim(origin, { ended: reason })
      await source.end(origin.cookie.key)
      await equalCookies.refuse(origin.cookie, { reason, userId: opened.record.userId })
      if ('ended' in claim)
        return claim.ended === reason ? { last: opened } : { last: undefined, before: claim.ended }
      const { id } = opened.record
      if (claim.id !== id) await to.endById?.(id, reason) // a request may be about to claim it for this one
      return to.end({ ...opened, record: { ...opened.record, id: claim.id } }, reason)
    },
  }

  async function saveImported(opened: OpenedSession, changes: Changes): Promise<SaveOutcome> {
    if (isChange(changes) || isTouchDue(opened, clock(), env.policy.touchInterval))
      await endOldRecord(opened)
    return to.save(opened, changes)
  }

  /** Ends the old record of a session that its old cookie has opened again: the request that imported it may have died before. */
  async function endOldRecord(opened: OpenedSession): Promise<void> {
    const cookie = sessions.cookieOf(opened)
    if (cookie && !keepOld) await source.end(cookie.key)
  }

  function makeClaim({ cookie, session }: ForeignOrigin, claim: ClaimedAs): Promise<ImportClaim> {
    const until = sessions.claimedUntil(session)
    return imports.claims.make(sessions.claimKey(cookie), claim, until)
  }

  /** Takes the three steps. Returns the session in `to`; `undefined` if it has ended. */
  async function importSession(
    opened: OpenedSession,
    origin: ForeignOrigin,
  ): Promise<ImportedSession | undefined> {
    await equalCookies.note(opened.record.id, origin)
    const claim = await makeClaim(origin, { id: opened.record.id })
    if ('ended' in claim) return undefined
    const newest = isUnsettled(claim, clock()) ? await findNewest(origin.cookie) : undefined
    const id = newest ? await claimAgain(newest, origin, claim.id) : claim.id
    const tokens = firstTokens(migration, id)
    const imported =
      newest?.record.id === id
        ? await imports.adopt({ ...newest, touchedAt: clock() }, tokens)
        : await imports.find({ ...opened, record: { ...opened.record, id } }, tokens)
    if (!imported) return undefined
    if (!keepOld) await source.end(origin.cookie.key)
    const isInserted = imported.token !== undefined
    if (!isInserted || !(await wasRevokedMeanwhile(newest ?? opened, origin))) return imported
    await to.end(imported.opened, 'revoked')
    return undefined
  }

  /** Whoever revokes leaves a mark before it looks for sessions; so it has found this one, or the mark is there now. */
  async function wasRevokedMeanwhile(
    opened: OpenedSession,
    { cookie }: ForeignOrigin,
  ): Promise<boolean> {
    await to.epochs?.reread()
    if (await equalCookies.refusalOf(cookie)) return true
    return isRevoked(migration, opened)
  }

  /** Returns the old session as it is now; `undefined` if another request has imported it, or an old server has ended it. */
  async function findNewest(cookie: GenuineCookie): Promise<OpenedSession | undefined> {
    const found = await source.find(cookie)
    if (!found || 'unreadable' in found) return undefined
    return sessions.translate({ cookie, session: found })
  }

  /**
   * Returns which session the old one becomes as it is now. After a login on an old server that keeps the key, that is another
   * one than was claimed: a session of that user. The claimed one ends before it begins, unless it is there already.
   */
  async function claimAgain(
    { record: { id } }: OpenedSession,
    { cookie, session }: ForeignOrigin,
    claimed: SessionId,
  ): Promise<SessionId> {
    if (id === claimed) return id
    const found = await to.openById?.(claimed)
    if (found?.outcome !== 'discarded') return claimed
    await to.endById?.(claimed, 'login')
    const until = sessions.claimedUntil(session)
    await imports.claims.renew(sessions.claimKey(cookie), () => ({ id }), until)
    return id
  }
}

/** Returns true if the session was elevated, or became that of another user, after a request had opened it (P4). */
function isOther({ record: now }: OpenedSession, { record: before }: OpenedSession): boolean {
  return now.authority !== before.authority || now.userId !== before.userId
}
