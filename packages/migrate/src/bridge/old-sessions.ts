import type { EndReason, SessionId } from '@sojourn/core'
import type { OpenedSession, OpenOutcome } from '@sojourn/core/store'
import { firstTokens } from '../foreign/context.ts'
import type { ForeignOrigin } from '../foreign/foreign-sessions.ts'
import { isRevoked } from '../foreign/revocation.ts'
import type { VerifiedCookie } from '../sources/source.ts'
import type { FoundLink, Link } from './links.ts'
import type { Bridge, Mirrored, ReadRecord } from './mirror.ts'
import { hashesOf } from './stamp.ts'

type Opened = Extract<OpenOutcome, { outcome: 'open' }>

/** An old record, with the cookie that names it and its link, if a new server has seen it. */
interface LinkedRecord {
  readonly cookie: VerifiedCookie
  readonly old: ReadRecord
  readonly link: FoundLink | undefined
}

/** What is imported: under which id, if it had one before, and the session whose place it takes. */
interface Replacement {
  readonly id?: SessionId
  readonly replaced?: OpenedSession
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
  const { to, imports, sessions, links, mirror, keepOld } = bridge
  const { clock, emit, ids } = bridge.env

  return { open, share, endShared, endLinked }

  /** Begins again whenever another request has changed the link meanwhile. */
  async function open(cookie: VerifiedCookie): Promise<OpenOutcome> {
    for (;;) {
      const { key } = cookie
      const [link, old] = await Promise.all([links.find(key), mirror.read(key)])
      if (!old) return unknown
      const next = link ? await openLinked(link, old) : {}
      const outcome = next && 'outcome' in next ? next : next && (await replace(cookie, link, next))
      if (outcome) return outcome
    }
  }

  /**
   * Returns the session of a link; or what to import if there is none that this cookie opens; or `undefined` if the link was
   * changed meanwhile.
   */
  async function openLinked(
    link: FoundLink,
    old: ReadRecord,
  ): Promise<OpenOutcome | Replacement | undefined> {
    const { id } = link
    if (id === undefined) {
      await mirror.remove(old.key) // an old server has written it again (P1)
      return unknown
    }
    const inTo = (await to.openById?.(id)) ?? unknown
    if (inTo.outcome === 'ended') return endLinked(old.key, link, inTo.reason)
    if (inTo.outcome === 'discarded')
      return clock() < link.livesUntil ? endLinked(old.key, link, 'logout') : { id }
    const { userId, verifier } = inTo.opened.record
    if (old.userId === userId && isFirstTokenValid(verifier, clock())) {
      const outcome = await to.open(firstTokens(bridge, id))
      return outcome.outcome === 'open' ? share(outcome) : outcome
    }
    // The client has lost its token, but not its cookie; or an old server has logged the user in or out.
    if (old.userId === userId && (!keepOld || (await share(inTo)).outcome === 'ended'))
      return unknown
    return { replaced: inTo.opened }
  }

  /** Ends an old session whose session here has ended; `undefined` if its link was changed meanwhile. */
  async function endLinked(key: string, link: FoundLink, reason: EndReason | 'stale') {
    if (!(await links.swapEnd(key, link, reason === 'stale' ? 'logout' : reason))) return undefined
    await mirror.remove(key)
    return unknown
  }

  /** Imports an old session, and then ends the one that it replaces. */
  async function replace(
    cookie: VerifiedCookie,
    link: FoundLink | undefined,
    { id, replaced }: Replacement,
  ): Promise<OpenOutcome | undefined> {
    const old = await mirror.read(cookie.key)
    if (!old) return unknown
    const outcome = await importRecord({ cookie, old, link }, id)
    if (outcome && replaced) {
      const isLogout = old.userId === undefined && replaced.record.userId !== undefined
      await endOurs(replaced, isLogout ? 'logout' : 'login')
    }
    return outcome
  }

  /** Imports an old session. Returns `undefined` if another request has changed its link meanwhile. */
  async function importRecord(
    linked: LinkedRecord,
    knownId: SessionId | undefined,
  ): Promise<OpenOutcome | undefined> {
    const { cookie, old, link } = linked
    const at = clock()
    const opened = translate(linked, knownId)
    if (opened === 'corrupt') return { outcome: 'discarded', why: 'corrupt', id: undefined }
    if (!opened) return { outcome: 'discarded', why: 'expired', id: undefined }
    const { id, absoluteExpiresAt, maxAge } = opened.record
    if (await isRefused(bridge, opened)) return unknown
    const { base = hashesOf(old.data), merged = {} } = link ?? {}
    const pending: Link = { id, base, merged, livesUntil: 0, absoluteExpiresAt }
    if (!(await links.swap(old.key, link, pending))) return undefined
    await links.putKey(id, old.key)
    const until = sessions.claimedUntil({ data: {} })
    await imports.claims.make(sessions.claimKey(cookie), { id }, until)
    const imported = await imports.adopt({ ...opened, touchedAt: at }, firstTokens(bridge, id))
    if (!imported) return unknown // it has ended since
    if (await isRefused(bridge, opened)) {
      await endOurs(imported.opened, 'revoked')
      return unknown
    }
    await links.settle(old.key, id, Math.min(at + maxAge, absoluteExpiresAt))
    const mirrored = await mirror.write(imported.opened, old.key)
    if ('over' in mirrored && mirrored.over !== 'stale')
      await endShared(imported.opened, old.key, mirrored.over)
    return asOutcome(imported, mirrored)
  }

  function translate({ cookie, old, link }: LinkedRecord, knownId: SessionId | undefined) {
    const { data, userId } = old
    const limit = link && { absoluteExpiresAt: link.absoluteExpiresAt }
    const id = knownId ?? ids.mint(userId)
    const origin: ForeignOrigin = { cookie, session: { data, ...limit } }
    try {
      return sessions.translate(origin, id)
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

  /**
   * Ends a session whose old record an old server has deleted. If the record is that of another user now, the session is left
   * to the request with its cookie, which replaces it; and one that a new server is about to end is left to that. That server
   * changes the link before it deletes the record, so the link is read after the record.
   */
  async function endShared(opened: OpenedSession, key: string, reason: EndReason): Promise<void> {
    if (await mirror.read(key)) return
    const link = await links.find(key)
    if (link && link.id === undefined) return
    await links.end(key, reason)
    await endOurs(opened, reason)
  }

  async function endOurs({ record }: OpenedSession, reason: EndReason): Promise<void> {
    if (await to.endById?.(record.id, reason)) emit('ended', { id: record.id, reason })
  }
}

/** Returns true if the old cookie still counts as a token at `at`: the client may not have got another one yet. */
function isFirstTokenValid(
  { generation, graceUntil = 0 }: OpenedSession['record']['verifier'],
  at: number,
): boolean {
  return generation === 0 || (generation === 1 && graceUntil > at)
}

/**
 * Returns true once no old server runs if the user, or everybody, was revoked since. Asked again after the insert: whoever
 * revokes leaves a mark before it looks for sessions, so it has found this one, or the mark is there now.
 */
async function isRefused(bridge: Bridge, opened: OpenedSession): Promise<boolean> {
  if (bridge.keepOld) return false
  await bridge.to.epochs?.reread()
  return isRevoked(bridge, opened)
}

function asOutcome(
  open: { readonly opened: OpenedSession; readonly token?: string },
  mirrored: Mirrored,
): OpenOutcome {
  if (!('over' in mirrored)) return { ...open, outcome: 'open', opened: mirrored.opened }
  const reason: EndReason | 'stale' = mirrored.over
  return { outcome: 'ended', id: open.opened.record.id, reason }
}
