import type { SessionId } from '@sojourn/core'
import {
  type ForeignCookies,
  type ImportClaim,
  type OpenedSession,
  type OpenOutcome,
  peek,
  type SessionStore,
  type StoreUsers,
  tombstoneMs,
} from '@sojourn/core/store'
import { type ForeignMigration, firstTokens } from './context.ts'
import type { ForeignOrigin } from './foreign-sessions.ts'
import type { GenuineCookie } from './guard-source.ts'
import { isRevoked } from './revocation.ts'

type Discarded = Extract<OpenOutcome, { outcome: 'discarded' }>

/** What an old session has become. */
interface Imported {
  readonly outcome: OpenOutcome
  /** Whether it may not have been inserted yet. */
  readonly isPending: boolean
}

const unknown: Discarded = { outcome: 'discarded', why: 'unknown', id: undefined }

/**
 * How long a claim without its session means that a request is about to insert it, or has died, in ms: well within the life
 * of a tombstone, so that a session which was inserted and has ended since is still known to have.
 */
const claimSettledMs = 30_000

/**
 * Returns the `open` and `peek` of a migration from another library. A token of ours comes first, so a session that was
 * imported costs no more than after the migration (P7). A cookie that is not genuine costs no I/O (P6). An old session that
 * was not imported costs three look-ups: its claim, itself and, if it has a user, a `revokeAll` of that.
 */
export function createOpen(
  migration: ForeignMigration,
  users: StoreUsers | undefined,
): Pick<Required<SessionStore>, 'open' | 'peek'> {
  const { source, to, imports, sessions, equalCookies, env } = migration
  const { clock, emit, policy } = env

  return {
    async open(tokens, offers = [], foreign) {
      if (tokens.length === 0) return (await openOld(foreign)) ?? unknown
      const inTo = await endReplay(await to.open(tokens, offers))
      return (mayBeForeign(inTo) && (await openOld(foreign))) || inTo
    },

    async peek(opened) {
      const origin = sessions.originOf(opened)
      if (!origin) return peekInTo(opened)
      return openByCookie(origin.cookie, (id) => peekImported(opened, id))
    },
  }

  /**
   * Peeks at a session that was imported since it was opened. `to` learns which token it was opened by; to open it by that again
   * would be a replay, once the client has had its new one for a while.
   */
  async function peekImported({ record, ...rest }: OpenedSession, id: SessionId) {
    const opened = { ...rest, record: { ...record, id } }
    const imported = await imports.find(opened, firstTokens(migration, id))
    return peekInTo(imported?.opened ?? opened)
  }

  function peekInTo(opened: OpenedSession): Promise<OpenOutcome> {
    return peek(to, opened, { at: clock(), touchInterval: policy.touchInterval })
  }

  /** Passes an outcome on. If a replay has ended all sessions of a user in `to`, ends their old ones too. */
  async function endReplay(outcome: OpenOutcome): Promise<OpenOutcome> {
    if (outcome.outcome !== 'ended' || outcome.reason !== 'replayed') return outcome
    const userId = outcome.last?.record.userId
    if (policy.onReplay !== 'revokeAll' || userId === undefined) return outcome
    const others = (await users?.endAll(userId, { reason: 'replayed' })) ?? []
    for (const id of others) emit('ended', { id, reason: 'replayed' })
    return outcome
  }

  async function openOld(foreign: ForeignCookies | undefined): Promise<OpenOutcome | undefined> {
    if (!foreign) return undefined
    const cookie = await source.verify(foreign)
    if (cookie === 'ambiguous') return { outcome: 'discarded', why: cookie, id: undefined }
    if (!cookie) return { outcome: 'discarded', why: 'forged', id: undefined }
    return openByCookie(cookie, (id) => openByFirstTokens(cookie, id))
  }

  /**
   * Opens the session that an old one has become, by `openId`; or the old one if it has not been imported. One that is gone may
   * have been imported just now, so its claim is looked up again.
   */
  async function openByCookie(
    cookie: GenuineCookie,
    openId: (id: SessionId) => Promise<OpenOutcome>,
  ): Promise<OpenOutcome> {
    const imported = await openImported(cookie, openId)
    if (imported && !imported.isPending) return imported.outcome
    const found = await source.find(cookie)
    if (!found) return (await openImported(cookie, openId))?.outcome ?? unknown
    if ('unreadable' in found) return reportCorrupt(cookie, new Error(found.unreadable))
    return translate({ cookie, session: found })
  }

  /** Opens the session that an old one has become; `undefined` if nothing has claimed it. */
  async function openImported(
    cookie: GenuineCookie,
    openId: (id: SessionId) => Promise<OpenOutcome>,
  ): Promise<Imported | undefined> {
    const claim =
      (await equalCookies.refusalOf(cookie)) ??
      (await imports.claims.find(sessions.claimKey(cookie)))
    if (!claim) return undefined
    if ('ended' in claim) return { outcome: await outcomeOfEnd(cookie, claim), isPending: false }
    const outcome = await openId(claim.id)
    return { outcome, isPending: isMissing(outcome) && isUnsettled(claim, clock()) }
  }

  async function openByFirstTokens(cookie: GenuineCookie, id: SessionId): Promise<OpenOutcome> {
    const outcome = await endReplay(await to.open(firstTokens(migration, id)))
    if (outcome.outcome === 'open') sessions.noteCookie(outcome.opened, cookie)
    return outcome
  }

  /**
   * For a while the cookie is that of an ended session, so that a late request creates none, whose cookie would overwrite that
   * of a login (P12). And the old record is ended again: that may have failed, or an old server may have written it since.
   */
  async function outcomeOfEnd(
    cookie: GenuineCookie,
    { ended: reason, claimedAt }: Extract<ImportClaim, { ended: unknown }>,
  ): Promise<OpenOutcome> {
    if (clock() - claimedAt >= tombstoneMs) return unknown
    await source.end(cookie.key)
    return { outcome: 'ended', id: sessions.nameOf(cookie), reason }
  }

  async function translate(origin: ForeignOrigin): Promise<OpenOutcome> {
    let opened: OpenedSession | undefined
    try {
      opened = sessions.translate(origin)
    } catch (cause) {
      return reportCorrupt(origin.cookie, cause)
    }
    if (!opened) return { outcome: 'discarded', why: 'expired', id: undefined }
    await to.epochs?.sync()
    return (await isRevoked(migration, opened)) ? unknown : { outcome: 'open', opened }
  }

  function reportCorrupt(cookie: GenuineCookie, cause: unknown): OpenOutcome {
    const id = sessions.nameOf(cookie)
    emit('corrupt', { id, cause })
    return { outcome: 'discarded', why: 'corrupt', id }
  }
}

/** Returns true while the request that has claimed a session may still be about to insert it. `at` is epoch ms. */
export function isUnsettled({ claimedAt }: ImportClaim, at: number): boolean {
  return at - claimedAt < claimSettledMs
}

/** Returns true if the tokens of a request open nothing and never will, so that an old cookie counts. */
function mayBeForeign(inTo: OpenOutcome): boolean {
  return (
    inTo.outcome === 'discarded' && ['malformed', 'forged', 'unknown', 'expired'].includes(inTo.why)
  )
}

function isMissing(outcome: OpenOutcome): boolean {
  return outcome.outcome === 'discarded' && outcome.why === 'unknown'
}
