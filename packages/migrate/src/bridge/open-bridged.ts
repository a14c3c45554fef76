import type { EndReason } from '@sojourn/core'
import {
  type ForeignCookies,
  type ImportClaim,
  type OpenedSession,
  type OpenOutcome,
  peek,
  type SessionStore,
} from '@sojourn/core/store'
import { firstTokens } from '../foreign/context.ts'
import type { ForeignOrigin } from '../foreign/foreign-sessions.ts'
import type { VerifiedCookie } from '../sources/source.ts'
import type { Bridge } from './context.ts'
import type { FoundLink, Link } from './links.ts'
import type { Mirror, ReadRecord } from './mirror.ts'
import { hashesOf } from './stamp.ts'

type Ended = Extract<OpenOutcome, { outcome: 'ended' }>
type Opened = Extract<OpenOutcome, { outcome: 'open' }>

const unknown: OpenOutcome = { outcome: 'discarded', why: 'unknown', id: undefined }
const forged: OpenOutcome = { outcome: 'discarded', why: 'forged', id: undefined }

/**
 * Returns the `open` and `peek` of a bridge. A session is open if it is open here and its old record is there, for the same
 * user: so a logout counts wherever it was made. Whatever an old server has changed is in the session before it is returned.
 *
 * The token decides which session it is, but for two cases in which the old cookie does: the session of the token is over, or
 * it is a visitor's and that of the cookie has a user. Both come of a login on an old server, which sets no token.
 */
export function createOpen(
  bridge: Bridge,
  mirror: Mirror,
): Pick<Required<SessionStore>, 'open' | 'peek'> {
  const { to, imports, source, sessions, records, texts, links, known, env } = bridge
  const { clock, emit, ids, policy } = env

  return {
    async open(tokens, offers = [], foreign) {
      const own = tokens.length > 0 ? await openByToken(tokens, offers) : undefined
      if (own?.outcome === 'discarded' && own.why === 'ambiguous') return own
      if (own?.outcome === 'open' && own.opened.record.userId !== undefined) return own
      const cookie = foreign && (await source.verify(foreign))
      if (cookie === 'ambiguous') return { outcome: 'discarded', why: cookie, id: undefined }
      const old = cookie && (await openByOldCookie(cookie, own))
      if (old?.outcome === 'open') return old
      if (own?.outcome === 'ended' && (await isLoggedOut(own, cookie))) return unknown
      return own ?? old ?? (foreign ? forged : unknown)
    },

    async peek(opened) {
      const at = clock()
      const outcome = await peek(to, opened, { at, touchInterval: policy.touchInterval })
      if (outcome.outcome !== 'open') return outcome
      const mirrored = await fetchChanges(outcome.opened)
      return 'over' in mirrored
        ? endedOutcome(outcome.opened, mirrored.over)
        : { ...outcome, opened: mirrored.opened }
    },
  }

  async function openByToken(
    tokens: readonly string[],
    offers: readonly string[],
  ): Promise<OpenOutcome> {
    const outcome = await to.open(tokens, offers)
    if (outcome.outcome === 'ended' && outcome.reason === 'replayed') await endOld(outcome)
    if (outcome.outcome !== 'open') return outcome
    const mirrored = await fetchChanges(outcome.opened)
    return 'over' in mirrored
      ? endedOutcome(outcome.opened, mirrored.over)
      : { ...outcome, opened: mirrored.opened }
  }

  /** Merges what old servers have changed. A session that they have ended ends here too. */
  async function fetchChanges(opened: OpenedSession) {
    const { id } = opened.record
    const key = await links.keyOf(id)
    if (key === undefined) return { opened } // it gets a record with its next write
    const mirrored = await mirror.fetchChanges(opened, key)
    if (!('over' in mirrored) || mirrored.over === 'stale') return mirrored
    const newKey = await links.keyOf(id)
    if (newKey !== undefined && newKey !== key) return mirror.fetchChanges(opened, newKey) // it was elevated meanwhile
    if (!(await texts.read(records.nameOf(key)))) await links.end(key)
    await to.end(opened, mirrored.over)
    return mirrored
  }

  async function endOld({ id }: Ended): Promise<void> {
    const key = await links.keyOf(id)
    if (key === undefined) return
    await links.end(key)
    await texts.remove(records.nameOf(key))
  }

  /** Opens the session of an old cookie, unless that of the token is the same or takes precedence. */
  async function openByOldCookie(
    cookie: VerifiedCookie,
    own: OpenOutcome | undefined,
  ): Promise<OpenOutcome> {
    if (own?.outcome !== 'open') return openByKey(cookie)
    if (known.get(own.opened)?.key === cookie.key) return own
    const outcome = await openByKey(cookie)
    const isUsers = outcome.outcome === 'open' && outcome.opened.record.userId !== undefined
    return isUsers ? outcome : own
  }

  /**
   * Returns true if the client has seen the logout: it has no cookie of the old session any more. It keeps the token after a
   * logout on an old server, and may begin a new session with it. A request that was on its way meanwhile may not: its
   * response could replace the cookies of the next login (P12).
   */
  async function isLoggedOut({ id, reason }: Ended, cookie: VerifiedCookie | undefined) {
    return reason === 'logout' && (!cookie || (await links.keyOf(id)) !== cookie.key)
  }

  /** Opens the session that an old one is; imports it if no new server has seen it. */
  async function openByKey(cookie: VerifiedCookie): Promise<OpenOutcome> {
    const { key } = cookie
    for (;;) {
      const [link, old] = await Promise.all([links.find(key), mirror.read(key)])
      if (!old) return unknown
      if (link && link.id === undefined) {
        await texts.remove(records.nameOf(key)) // an old server wrote it again after the end (P1)
        return unknown
      }
      const next = link ? await openLinked(link, old) : 'import'
      if (typeof next === 'object') return next
      const imported = await importRecord(cookie, old, { link, keepsId: next === 'again' })
      if (imported) return imported
    }
  }

  /**
   * Returns the session of a link; or what to do if there is none that this cookie opens: `'again'` to import it once more,
   * under its id, because it has expired or its import has not ended, or `'import'` for a session in its place.
   */
  async function openLinked(
    link: FoundLink,
    old: ReadRecord,
  ): Promise<OpenOutcome | 'again' | 'import'> {
    const { id } = link
    const inTo = id === undefined ? undefined : await to.openById?.(id)
    if (id === undefined || !inTo || inTo.outcome === 'ended') return endLinked(old.key, inTo)
    if (inTo.outcome === 'discarded')
      return clock() < link.livesUntil ? endLinked(old.key, inTo) : 'again'
    const { record } = inTo.opened
    if (old.userId !== record.userId) {
      await to.end(inTo.opened, old.userId === undefined ? 'logout' : 'login')
      return 'import'
    }
    const { generation, graceUntil = 0 } = record.verifier
    if (generation === 0 || (generation === 1 && graceUntil > clock())) {
      const outcome = await to.open(firstTokens(bridge, id))
      if (outcome.outcome !== 'open') return outcome
      const mirrored = await fetchChanges(outcome.opened)
      return 'over' in mirrored
        ? endedOutcome(outcome.opened, mirrored.over)
        : { ...outcome, opened: mirrored.opened }
    }
    await to.end(inTo.opened, 'login') // the client has lost its token, but not its cookie
    return 'import'
  }

  async function endLinked(key: string, inTo: OpenOutcome | undefined): Promise<OpenOutcome> {
    await links.end(key)
    await texts.remove(records.nameOf(key))
    return inTo?.outcome === 'ended' ? inTo : unknown
  }

  /** Imports an old session. Returns `undefined` if another request has changed its link meanwhile. */
  async function importRecord(
    cookie: VerifiedCookie,
    old: ReadRecord,
    { link, keepsId }: { link: FoundLink | undefined; keepsId: boolean },
  ): Promise<OpenOutcome | undefined> {
    const { key } = cookie
    const at = clock()
    const claim = keepsId && link?.id !== undefined ? { id: link.id, claimedAt: at } : undefined
    const limit = link?.absoluteExpiresAt
    const session = { data: old.data, ...(limit === undefined ? {} : { absoluteExpiresAt: limit }) }
    const opened = translate(
      { cookie, session },
      claim ?? { id: ids.mint(old.userId), claimedAt: at },
    )
    if (opened === 'corrupt') return { outcome: 'discarded', why: 'corrupt', id: undefined }
    if (!opened) return { outcome: 'discarded', why: 'expired', id: undefined }
    const { id, absoluteExpiresAt, maxAge } = opened.record
    const base = link?.base ?? hashesOf(old.data)
    const pending: Link = { id, base, livesUntil: 0, absoluteExpiresAt }
    if (!(await links.swap(key, link, pending))) return undefined
    await links.putKey(id, key)
    await imports.claims.make(sessions.claimKey(cookie), {
      id,
      until: sessions.claimedUntil({ data: {} }),
    })
    const imported = await imports.adopt({ ...opened, touchedAt: at }, firstTokens(bridge, id))
    if (!imported) return endLinked(key, undefined)
    const settled = { ...pending, livesUntil: Math.min(at + maxAge, absoluteExpiresAt) }
    await links.swap(key, { ...pending, text: JSON.stringify(pending) }, settled)
    const mirrored = await mirror.write(imported.opened, key)
    if ('over' in mirrored) {
      await to.end(imported.opened, 'logout')
      return endedOutcome(imported.opened, mirrored.over)
    }
    const { token } = imported
    const open: Opened = { outcome: 'open', opened: mirrored.opened }
    return token === undefined ? open : { ...open, token }
  }

  function translate(origin: ForeignOrigin, claim: ImportClaim) {
    try {
      return sessions.translate(origin, claim)
    } catch (cause) {
      emit('corrupt', { id: sessions.nameOf(origin.cookie), cause })
      return 'corrupt'
    }
  }

  function endedOutcome(
    { record: { id } }: OpenedSession,
    reason: EndReason | 'stale',
  ): OpenOutcome {
    return { outcome: 'ended', id, reason }
  }
}
