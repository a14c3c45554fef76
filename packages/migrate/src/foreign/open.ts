import {
  type ForeignCookies,
  type ImportClaim,
  type OpenedSession,
  type OpenOutcome,
  peek,
  type SessionStore,
} from '@sojourn/core/store'
import type { VerifiedCookie } from '../sources/source.ts'
import { type ForeignMigration, firstTokens } from './context.ts'
import type { ForeignOrigin } from './foreign-sessions.ts'
import { isRevoked } from './revocation.ts'

type Discarded = Extract<OpenOutcome, { outcome: 'discarded' }>

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
): Pick<Required<SessionStore>, 'open' | 'peek'> {
  const { source, to, imports, sessions, env } = migration
  const { clock, emit, policy } = env

  return {
    async open(tokens, offers = [], foreign) {
      if (tokens.length === 0) return (await openOld(foreign)) ?? unknown
      const inTo = await to.open(tokens, offers)
      return (mayBeForeign(inTo) && (await openOld(foreign))) || inTo
    },

    async peek(opened) {
      const origin = sessions.originOf(opened)
      const outcome = origin && (await openByCookie(origin.cookie))
      if (outcome && (outcome.outcome !== 'open' || sessions.originOf(outcome.opened)))
        return outcome
      return peek(to, outcome?.opened ?? opened, {
        at: clock(),
        touchInterval: policy.touchInterval,
      })
    },
  }

  async function openOld(foreign: ForeignCookies | undefined): Promise<OpenOutcome | undefined> {
    if (!foreign) return undefined
    const cookie = await source.verify(foreign)
    if (cookie === 'ambiguous') return { outcome: 'discarded', why: cookie, id: undefined }
    if (!cookie) return { outcome: 'discarded', why: 'forged', id: undefined }
    return openByCookie(cookie)
  }

  /** Opens the session that an old one has become, or the old one if it has not been imported. */
  async function openByCookie(cookie: VerifiedCookie): Promise<OpenOutcome> {
    const claim = await imports.claims.find(sessions.claimKey(cookie))
    if (claim) {
      if (claim.id === undefined) return unknown
      const imported = await to.open(firstTokens(migration, claim.id))
      if (!isMissing(imported) || !isUnsettled(claim, clock())) return imported
    }
    const found = await source.find(cookie)
    if (!found) return unknown
    if ('unreadable' in found) return reportCorrupt(cookie, new Error(found.unreadable))
    return translate({ cookie, session: found }, claim)
  }

  async function translate(
    origin: ForeignOrigin,
    claim: ImportClaim | undefined,
  ): Promise<OpenOutcome> {
    let opened: OpenedSession | undefined
    try {
      opened = sessions.translate(origin, claim)
    } catch (cause) {
      return reportCorrupt(origin.cookie, cause)
    }
    if (!opened) return { outcome: 'discarded', why: 'expired', id: undefined }
    return (await isRevoked(migration, opened)) ? unknown : { outcome: 'open', opened }
  }

  function reportCorrupt(cookie: VerifiedCookie, cause: unknown): OpenOutcome {
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
