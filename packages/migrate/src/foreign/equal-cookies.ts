import type { EndReason, SessionId } from '@sojourn/core'
import type { ImportClaim, ImportClaims, SessionStore } from '@sojourn/core/store'
import { type ForeignOrigin, type ForeignSessions, longestCookieMs } from './foreign-sessions.ts'
import type { GenuineCookie, GuardedSource } from './guard-source.ts'

/** Refuses the cookies that are equal to the one that an ended session was imported from. */
export type EqualCookies = ReturnType<typeof createEqualCookies>

/** How a session ends, and whose it was. */
interface Ending {
  readonly reason: EndReason
  readonly userId: string | undefined
}

/**
 * Creates what a source needs whose cookies may be equal (`hasEqualCookies`). Each browser with such a cookie gets a session of
 * its own, so no claim on the cookie says what it has become. Instead each of these sessions is noted with its cookie, before it
 * is inserted; and when it ends, the cookie is refused from then on (P1). Both are claims: one of the session's id that leads
 * to a name of the cookie, and one of that name.
 */
export function createEqualCookies(
  { until }: GuardedSource,
  { claims, sessions, clock }: { claims: ImportClaims; sessions: ForeignSessions; clock(): number },
) {
  const nameOf = (key: string) => sessions.nameOf({ key })
  const noteKey = (id: SessionId) => JSON.stringify(['origin', id])
  const refusalKey = (name: string) => JSON.stringify(['refused', name])
  const refuseName = async (name: string, reason: EndReason) => {
    await claims.make(refusalKey(name), { ended: reason }, until ?? clock() + longestCookieMs)
  }

  return {
    /** Notes from which cookie a session is about to be imported, if there may be equal ones. */
    async note(id: SessionId, { cookie: { equalKey }, session }: ForeignOrigin): Promise<void> {
      if (equalKey === undefined) return
      await claims.make(noteKey(id), { id: nameOf(equalKey) }, sessions.claimedUntil(session))
    },

    /** Returns how a session from an equal cookie has ended; `undefined` if none has. */
    async refusalOf({ equalKey }: GenuineCookie): Promise<ImportClaim | undefined> {
      return equalKey === undefined ? undefined : claims.find(refusalKey(nameOf(equalKey)))
    },

    /** Refuses the cookie of a session that ends without having been imported, and those that are equal to it. */
    async refuse({ equalKey }: GenuineCookie, ending: Ending): Promise<void> {
      if (equalKey !== undefined && isFinal(ending))
        await refuseName(nameOf(equalKey), ending.reason)
    },

    /** Refuses the cookies that are equal to the one that a session was imported from, if it was. */
    async refuseThoseOf(id: SessionId, reason: EndReason): Promise<void> {
      const note = await claims.find(noteKey(id))
      if (note && 'id' in note) await refuseName(note.id, reason)
    },
  }
}

/**
 * Returns a store that, when it ends a session, refuses the cookies equal to the one that it was imported from. It refuses them
 * first, so that no request imports one meanwhile; after an eviction or a replay at once. `revokeAll` needs none of this,
 * because it refuses all old cookies of its user.
 */
export function refuseEqualCookies(
  store: SessionStore,
  { refuseThoseOf }: EqualCookies,
): SessionStore {
  const { endById } = store

  return {
    ...store,
    async open(...presented) {
      const outcome = await store.open(...presented)
      if (outcome.outcome === 'ended' && outcome.reason === 'replayed' && outcome.last)
        await refuseThoseOf(outcome.last.record.id, 'replayed')
      return outcome
    },
    async create(draft, options) {
      const outcome = await store.create(draft, options)
      if (outcome.created) for (const id of outcome.evicted) await refuseThoseOf(id, 'evicted')
      return outcome
    },
    async end(opened, reason) {
      const { id, userId } = opened.record
      if (isFinal({ reason, userId })) await refuseThoseOf(id, reason)
      return store.end(opened, reason)
    },
    ...(endById && {
      async endById(id: SessionId, reason: EndReason) {
        await refuseThoseOf(id, reason)
        return endById(id, reason)
      },
    }),
  }
}

/**
 * Returns false for the login of a visitor, which ends a session without a user: many visitors may have an equal cookie, and
 * what it holds is open to anybody who has it.
 */
function isFinal({ reason, userId }: Ending): boolean {
  return reason !== 'login' || userId !== undefined
}
