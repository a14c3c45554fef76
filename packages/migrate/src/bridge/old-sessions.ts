import type { EndReason } from '@sojourn/core'
import type { ImportClaim, OpenedSession, OpenOutcome } from '@sojourn/core/store'
import { firstTokens } from '../foreign/context.ts'
import type { ForeignOrigin } from '../foreign/foreign-sessions.ts'
import type { VerifiedCookie } from '../sources/source.ts'
import type { Bridge } from './context.ts'
import type { FoundLink, Link } from './links.ts'
import type { Mirrored, ReadRecord } from './mirror.ts'
import { hashesOf } from './stamp.ts'

type Opened = Extract<OpenOutcome, { outcome: 'open' }>

/** An old record, with the cookie that names it and its link, if a new server has seen it. */
interface LinkedRecord {
  readonly cookie: VerifiedCookie
  readonly old: ReadRecord
  readonly link: FoundLink | undefined
}

const unknown: OpenOutcome = { outcome: 'discarded', why: 'unknown', id: undefined }

/** Opens sessions by their old cookies. */
export type OldSessions = ReturnType<typeof createOldSessions>

/**
 * Returns what opens sessions by their old cookies, and imports those that no new server has seen. An import has four steps,
 * each of which several requests may take at once:
 *
 * | step   | effect                                                                                      |
 * |--------|---------------------------------------------------------------------------------------------|
 * | link   | decides which session the old one is: of parallel requests, one writes it                    |
 * | adopt  | inserts that session, unless it is there already or has ended                                |
 * | settle | notes that it is there, so that one which is missing later has ended                         |
 * | stamp  | writes the old record as a new server does, after merging what an old server wrote meanwhile |
 */
export function createOldSessions(bridge: Bridge) {
  const { to, imports, sessions, links, mirror, env } = bridge
  const { clock, emit, ids } = env

  return { open, share }

  async function open(cookie: VerifiedCookie): Promise<OpenOutcome> {
    for (;;) {
      const { key } = cookie
      const [link, old] = await Promise.all([links.find(key), mirror.read(key)])
      if (!old) return unknown
      const next = link ? await openLinked(link, old) : 'import'
      if (typeof next === 'object') return next
      const imported = await importRecord({ cookie, old, link }, next === 'again')
      if (imported) return imported
    }
  }

  /**
   * Returns the session of a link; or what to do if there is none that this cookie opens: `'again'` to import it once more,
   * under its id, because it has expired or its import has not ended, or `'import'` for another one in its place.
   */
  async function openLinked(
    link: FoundLink,
    old: ReadRecord,
  ): Promise<OpenOutcome | 'again' | 'import'> {
    const { id } = link
    const inTo = id === undefined ? unknown : ((await to.openById?.(id)) ?? unknown)
    if (id === undefined || inTo.outcome === 'ended') return endOld(old, inTo)
    if (inTo.outcome === 'discarded') return clock() < link.livesUntil ? endOld(old, inTo) : 'again'
    const { userId, verifier } = inTo.opened.record
    if (old.userId === userId && isFirstTokenValid(verifier)) {
      const outcome = await to.open(firstTokens(bridge, id))
      return outcome.outcome === 'open' ? share(outcome) : outcome
    }
    // An old server has logged the user in or out; or the client has lost its token, but not its cookie.
    await to.end(inTo.opened, userId !== undefined && old.userId === undefined ? 'logout' : 'login')
    return 'import'
  }

  /** Returns true if the old cookie still counts as a token: the client may not have got another one yet. */
  function isFirstTokenValid({ generation, graceUntil = 0 }: OpenedSession['record']['verifier']) {
    return generation === 0 || (generation === 1 && graceUntil > clock())
  }

  /** Ends the old session of one that has ended: an old server may have written it again (P1). */
  async function endOld({ key }: ReadRecord, inTo: OpenOutcome): Promise<OpenOutcome> {
    const { reason = 'logout' } = (await links.find(key)) ?? {}
    await links.end(key, reason)
    await mirror.remove(key)
    return inTo.outcome === 'ended' ? inTo : unknown
  }

  /** Imports an old session. Returns `undefined` if another request has changed its link meanwhile. */
  async function importRecord(
    linked: LinkedRecord,
    isAgain: boolean,
  ): Promise<OpenOutcome | undefined> {
    const { cookie, old, link } = linked
    const at = clock()
    const opened = translate(linked, isAgain)
    if (opened === 'corrupt') return { outcome: 'discarded', why: 'corrupt', id: undefined }
    if (!opened) return { outcome: 'discarded', why: 'expired', id: undefined }
    const { id, absoluteExpiresAt, maxAge } = opened.record
    const base = link?.base ?? hashesOf(old.data)
    const pending: Link = {
      id,
      base,
      livesUntil: 0,
      absoluteExpiresAt,
      ...(link?.merged && { merged: link.merged }),
    }
    if (!(await links.swap(old.key, link, pending))) return undefined
    await links.putKey(id, old.key)
    const until = sessions.claimedUntil({ data: {} })
    await imports.claims.make(sessions.claimKey(cookie), { id, until })
    const imported = await imports.adopt({ ...opened, touchedAt: at }, firstTokens(bridge, id))
    if (!imported) return endOld(old, unknown)
    const settled = { ...pending, livesUntil: Math.min(at + maxAge, absoluteExpiresAt) }
    await links.swap(old.key, { ...pending, text: JSON.stringify(pending) }, settled)
    const outcome = asOutcome(imported, await mirror.write(imported.opened, old.key))
    if (outcome.outcome !== 'open') await to.end(imported.opened, 'logout')
    return outcome
  }

  function translate({ cookie, old, link }: LinkedRecord, isAgain: boolean) {
    const { data, userId } = old
    const limit = link && { absoluteExpiresAt: link.absoluteExpiresAt }
    const id = (isAgain && link?.id) || ids.mint(userId)
    const origin: ForeignOrigin = { cookie, session: { data, ...limit } }
    const claim: ImportClaim = { id, claimedAt: clock() }
    try {
      return sessions.translate(origin, claim)
    } catch (cause) {
      emit('corrupt', { id: sessions.nameOf(cookie), cause })
      return 'corrupt'
    }
  }

  /** Merges what old servers have changed into an open session. One that they have ended ends here too. */
  async function share(open: Opened): Promise<OpenOutcome> {
    const { opened } = open
    const { id } = opened.record
    const key = await links.keyOf(id)
    if (key === undefined) return open // it gets an old record with its next write
    const mirrored = await mirror.fetchChanges(opened, key)
    if (!('over' in mirrored) || mirrored.over === 'stale') return asOutcome(open, mirrored)
    const newKey = await links.keyOf(id)
    if (newKey !== undefined && newKey !== key) return share(open) // it was elevated meanwhile
    await endShared(opened, key, mirrored.over)
    return asOutcome(open, mirrored)
  }

  /** Ends a session that an old server has ended. One that a new server is about to end is left to that. */
  async function endShared({ record }: OpenedSession, key: string, reason: EndReason) {
    const link = await links.find(key)
    if (link && link.id === undefined) return
    if (!(await mirror.read(key))) await links.end(key, reason)
    if (await to.endById?.(record.id, reason)) emit('ended', { ...namesOf(record), reason })
  }
}

function namesOf({ id, userId }: OpenedSession['record']) {
  return { id, userId }
}

function asOutcome(
  open: { readonly opened: OpenedSession; readonly token?: string },
  mirrored: Mirrored,
): OpenOutcome {
  if (!('over' in mirrored)) return { ...open, outcome: 'open', opened: mirrored.opened }
  const reason: EndReason | 'stale' = mirrored.over
  return { outcome: 'ended', id: open.opened.record.id, reason }
}
