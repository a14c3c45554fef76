import {
  type OpenedSession,
  type OpenOutcome,
  peek,
  type SessionStore,
  type StoreUsers,
} from '@sojourn/core/store'
import type { Migration } from './context.ts'
import type { SourceSessions } from './source-sessions.ts'

type Found = Exclude<OpenOutcome, { outcome: 'discarded' }>

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

  return async (tokens) => {
    const inTo = await to.open(tokens)
    if (!mayBeInSource(inTo) && (tokens.length === 1 || isFromKeyed)) return endReplay(inTo)
    const inFrom = await from.open(tokens)
    if (areDifferentSessions(inFrom, inTo))
      return { outcome: 'discarded', why: 'ambiguous', id: undefined }
    if (!mayBeInSource(inTo)) return endReplay(inTo)
    if (inFrom.outcome === 'discarded') return inFrom.why === 'malformed' ? inTo : inFrom
    if (inFrom.outcome === 'ended' && inFrom.reason !== 'moved') return endReplay(inFrom)
    const isSameToken = inTo.outcome === 'discarded' && inTo.id === idOf(inFrom)
    return isSameToken ? openSameToken(tokens, inFrom) : openImportTokens(tokens, inFrom, inTo)
  }

  /** Both stores accept the token. If the session moved after `to` was read, `to` is read again. */
  async function openSameToken(tokens: readonly string[], inFrom: Found): Promise<OpenOutcome> {
    return inFrom.outcome === 'open'
      ? translate(inFrom.opened, tokens)
      : endReplay(await to.open(tokens))
  }

  /** The token is of a kind that `to` cannot verify, but `to` may have the session under one of its import tokens. */
  async function openImportTokens(
    tokens: readonly string[],
    inFrom: Found,
    inTo: OpenOutcome,
  ): Promise<OpenOutcome> {
    const last = inFrom.outcome === 'open' ? inFrom.opened : inFrom.last
    const imported = last ? await to.open(imports.tokensFor(last.record)) : inTo
    if (inFrom.outcome === 'ended') return endReplay(imported)
    if (mayBeInSource(imported)) return translate(inFrom.opened, tokens)
    await from.end(inFrom.opened, 'moved') // the request that moved it has not ended it there
    return endReplay(imported)
  }

  function translate(origin: OpenedSession, tokens: readonly string[]): OpenOutcome {
    try {
      return { outcome: 'open', opened: sources.translate(origin, tokens) }
    } catch (cause) {
      const { id } = origin.record
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
  { from, to, env: { clock, policy } }: Migration,
  sources: SourceSessions,
): NonNullable<SessionStore['peek']> {
  return async (opened) => {
    const inTo = await peekIn(to, opened)
    const source = sources.sourceOf(opened)
    if (!source || !mayBeInSource(inTo)) return inTo
    const inFrom = await peekIn(from, source.origin)
    if (inFrom.outcome === 'ended' && inFrom.reason === 'moved') return peekIn(to, opened)
    if (inFrom.outcome !== 'open') return inFrom
    return { outcome: 'open', opened: sources.translate(inFrom.opened, source.tokens) }
  }

  function peekIn(store: SessionStore, opened: OpenedSession): Promise<OpenOutcome> {
    return peek(store, opened, { at: clock(), touchInterval: policy.touchInterval })
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
