import {
  type OpenedSession,
  type OpenOutcome,
  peek,
  type SessionStore,
  type StoreUsers,
} from '@sojourn/core/store'
import type { Migration } from './context.ts'
import type { SourceSessions } from './source-sessions.ts'

interface PresentedTokens {
  readonly tokens: readonly string[]
  readonly offers: readonly string[]
}

type Found = Exclude<OpenOutcome, { outcome: 'discarded' }>
type Opened = Extract<OpenOutcome, { outcome: 'open' }>

/**
 * Returns the `open` of a migration. `to` is read first and takes precedence; `from` is read only for what `to` does not
 * have, so a session that has moved costs no more than after the migration (P7). A token that is genuine in neither
 * store costs no I/O (P6).
 */
export function createOpen(
  { from, to, imports, env: { emit, policy } }: Migration,
  sources: SourceSessions,
  users: StoreUsers | undefined,
): SessionStore['open'] {
  /** A keyed store verifies the tokens of another one like its own; a store that seals has tokens of another kind. */
  const isFromKeyed = from.imports !== undefined

  return async (tokens, offers = []) => {
    const inTo = await to.open(tokens, offers)
    if (!mayBeInSource(inTo) && (tokens.length === 1 || isFromKeyed)) return endReplay(inTo)
    const inFrom = await from.open(tokens, offers)
    if (areDifferentSessions(inFrom, inTo))
      return { outcome: 'discarded', why: 'ambiguous', id: undefined }
    if (!mayBeInSource(inTo)) return endReplay(inTo)
    if (inFrom.outcome === 'discarded') return inFrom.why === 'malformed' ? inTo : inFrom
    if (inFrom.outcome === 'ended' && inFrom.reason !== 'moved') return endReplay(inFrom)
    const isSameToken = inTo.outcome === 'discarded' && inTo.id === idOf(inFrom)
    const presented = { tokens, offers }
    return isSameToken
      ? openSameToken(presented, inFrom)
      : openImportTokens(presented, inFrom, inTo)
  }

  /** Both stores accept the token. If the session moved after `to` was read, `to` is read again. */
  async function openSameToken(presented: PresentedTokens, inFrom: Found): Promise<OpenOutcome> {
    return inFrom.outcome === 'open'
      ? translate(inFrom, presented)
      : endReplay(await to.open(presented.tokens, presented.offers))
  }

  /** The token is of a kind that `to` cannot verify, but `to` may have the session under one of its import tokens. */
  async function openImportTokens(
    presented: PresentedTokens,
    inFrom: Found,
    inTo: OpenOutcome,
  ): Promise<OpenOutcome> {
    const last = inFrom.outcome === 'open' ? inFrom.opened : inFrom.last
    const imported = last ? await to.open(imports.tokensFor(last.record)) : inTo
    if (inFrom.outcome === 'ended') return endReplay(imported)
    if (mayBeInSource(imported)) return translate(inFrom, presented)
    await from.end(inFrom.opened, 'moved') // the request that moved it has not ended it there
    return endReplay(imported)
  }

  function translate(inFrom: Opened, { tokens, offers }: PresentedTokens): OpenOutcome {
    try {
      return { ...inFrom, opened: sources.translate(inFrom.opened, [...offers, ...tokens]) }
    } catch (cause) {
      const { id } = inFrom.opened.record
      emit('corrupt', { id, cause })
      return { outcome: 'discarded', why: 'corrupt', id }
    }
  }

  /** Passes an outcome on. If it is a replay, ends in both stores what it has ended in one. */
  async function endReplay(outcome: OpenOutcome): Promise<OpenOutcome> {
    if (outcome.outcome !== 'ended' || outcome.reason !== 'replayed' || !outcome.last)
      return outcome
    const { last } = outcome
    const { userId } = last.record
    await Promise.all([from, to].map((store) => store.end(last, 'replayed')))
    if (policy.onReplay !== 'revokeAll' || userId === undefined) return outcome
    const others = (await users?.endAll(userId, { reason: 'replayed' })) ?? []
    for (const id of others) emit('ended', { id, reason: 'replayed' })
    return outcome
  }
}

/**
 * Returns the `peek` of a migration; `to` takes precedence. If `from` has no `peek`, its session counts as it was read:
 * the touch that follows moves it, and finds out whether it has ended.
 */
export function createPeek(
  { from, to, imports, env: { clock, policy } }: Migration,
  sources: SourceSessions,
): NonNullable<SessionStore['peek']> {
  return async (opened) => {
    const inTo = await peekIn(to, opened)
    const source = sources.sourceOf(opened)
    if (!source) return inTo
    if (!mayBeInSource(inTo)) return peekMoved(opened, source.tokens)
    const inFrom = await peekIn(from, source.origin)
    if (inFrom.outcome === 'ended' && inFrom.reason === 'moved')
      return peekMoved(opened, source.tokens)
    if (inFrom.outcome !== 'open') return inFrom
    return { ...inFrom, opened: sources.translate(inFrom.opened, source.tokens) }
  }

  /** Peeks at a session that has moved since it was opened. `to` learns which token it was opened by. */
  async function peekMoved(opened: OpenedSession, tokens: readonly string[]): Promise<OpenOutcome> {
    const moved = await imports.find(opened, tokens)
    return peekIn(to, moved?.opened ?? opened)
  }

  function peekIn(store: SessionStore, opened: OpenedSession): Promise<OpenOutcome> {
    return peek(store, opened, { at: clock(), touchInterval: policy.touchInterval })
  }
}

/** Returns the `openById` of a migration; `undefined` if one of the stores has none. `to` takes precedence. */
export function createOpenById(
  { from, to }: Pick<Migration, 'from' | 'to'>,
  sources: SourceSessions,
): SessionStore['openById'] {
  const [openInFrom, openInTo] = [from.openById, to.openById]
  if (!openInFrom || !openInTo) return undefined

  return async (id) => {
    const inTo = await openInTo(id)
    if (!mayBeInSource(inTo)) return inTo
    const inFrom = await openInFrom(id)
    if (inFrom.outcome === 'ended' && inFrom.reason === 'moved') return openInTo(id)
    return inFrom.outcome === 'open'
      ? { ...inFrom, opened: sources.translate(inFrom.opened, []) }
      : inFrom
  }
}

/** Returns true if `to` does not have the session, or not under this token. */
function mayBeInSource(inTo: OpenOutcome): boolean {
  return inTo.outcome === 'discarded' && ['malformed', 'forged', 'unknown'].includes(inTo.why)
}

function idOf(outcome: OpenOutcome): string | undefined {
  return outcome.outcome === 'open' ? outcome.opened.record.id : outcome.id
}

/** Returns true if the request carries a genuine token of either store, for two sessions. Then neither is used. */
function areDifferentSessions(inFrom: OpenOutcome, inTo: OpenOutcome): boolean {
  const ids = [idOf(inFrom), idOf(inTo)]
  return !ids.includes(undefined) && ids[0] !== ids[1]
}
