import {
  type OpenedSession,
  type OpenOutcome,
  peek,
  type SessionStore,
  type StoreUsers,
} from '@sojourn/core/store'
import type { Migration } from './migration.ts'
import type { SourceSessions } from './source-sessions.ts'

type Found = Exclude<OpenOutcome, { outcome: 'discarded' }>

/**
 * The `open` of a migration. `to` is asked first and has the last word; `from` is asked only for what `to` does not know,
 * so that a session that has moved costs what it will cost afterwards (P7). A token that neither takes for its own costs
 * nothing (P6).
 */
export function createOpen(
  { from, to, imports, env: { emit, policy } }: Migration,
  guests: SourceSessions,
  users: StoreUsers | undefined,
): SessionStore['open'] {
  /** A keyed store judges the tokens of another as its own; one that seals must be asked for its kind. */
  const isOneKind = from.imports !== undefined

  return async (tokens) => {
    const there = await to.open(tokens)
    if (!isUnknown(there) && (tokens.length === 1 || isOneKind)) return settled(there)
    const here = await from.open(tokens)
    if (areOfTwo(here, there)) return { outcome: 'discarded', why: 'ambiguous', id: undefined }
    if (!isUnknown(there)) return settled(there)
    if (here.outcome === 'discarded') return here.why === 'malformed' ? there : here
    if (here.outcome === 'ended' && here.reason !== 'moved') return settled(here)
    const isAsked = there.outcome === 'discarded' && there.id === idOf(here)
    return isAsked ? openAsked(tokens, here) : openTranslated(tokens, here, there)
  }

  /** Both stores take the same token. Between the two questions the session may have moved. */
  async function openAsked(tokens: readonly string[], here: Found): Promise<OpenOutcome> {
    return here.outcome === 'open' ? shown(here.opened, tokens) : settled(await to.open(tokens))
  }

  /** `to` has tokens of another kind, and may know the session by one of them. */
  async function openTranslated(
    tokens: readonly string[],
    here: Found,
    there: OpenOutcome,
  ): Promise<OpenOutcome> {
    const last = here.outcome === 'open' ? here.opened : here.last
    const arrived = last ? await to.open(imports.tokensFor(last.record)) : there
    if (here.outcome === 'ended') return settled(arrived)
    if (isUnknown(arrived)) return shown(here.opened, tokens)
    await from.end(here.opened, 'moved') // whoever moved it did not get that far
    return settled(arrived)
  }

  function shown(origin: OpenedSession, tokens: readonly string[]): OpenOutcome {
    try {
      return { outcome: 'open', opened: guests.show(origin, tokens) }
    } catch (cause) {
      const { id } = origin.record
      emit('corrupt', { id, cause })
      return { outcome: 'discarded', why: 'corrupt', id }
    }
  }

  /** What a replay ends, it ends in both stores. */
  async function settled(opening: OpenOutcome): Promise<OpenOutcome> {
    if (opening.outcome !== 'ended' || opening.reason !== 'replayed' || !opening.last)
      return opening
    const { last } = opening
    const { userId } = last.record
    await Promise.all([from, to].map((store) => store.end(last, 'replayed')))
    if (policy.onReplay === 'revokeAll' && userId !== undefined)
      await users?.endAll(userId, { reason: 'replayed' })
    return opening
  }
}

/**
 * The `look` of a migration; `to` has the last word. What `from` cannot look at stands as it was read: the touch that
 * follows moves it, and meets there whatever has ended it.
 */
export function createLook(
  { from, to, env: { clock, policy } }: Migration,
  guests: SourceSessions,
): NonNullable<SessionStore['peek']> {
  return async (opened) => {
    const there = await lookIn(to, opened)
    const guest = guests.get(opened)
    if (!guest || !isUnknown(there)) return there
    const here = await lookIn(from, guest.origin)
    if (here.outcome === 'ended' && here.reason === 'moved') return lookIn(to, opened)
    if (here.outcome !== 'open') return here
    return { outcome: 'open', opened: guests.show(here.opened, guest.tokens) }
  }

  function lookIn(store: SessionStore, opened: OpenedSession): Promise<OpenOutcome> {
    return peek(store, opened, { at: clock(), touchInterval: policy.touchInterval })
  }
}

/** Whether `to` may not have the session: it knows all that it has, by tokens of its own. */
function isUnknown(opening: OpenOutcome): boolean {
  return opening.outcome === 'discarded' && ['malformed', 'forged', 'unknown'].includes(opening.why)
}

function idOf(opening: OpenOutcome): string | undefined {
  return opening.outcome === 'open' ? opening.opened.record.id : opening.id
}

/** Whether genuine tokens of two sessions came, one of each kind: then none is used. */
function areOfTwo(here: OpenOutcome, there: OpenOutcome): boolean {
  const ids = [idOf(here), idOf(there)]
  return !ids.includes(undefined) && ids[0] !== ids[1]
}
