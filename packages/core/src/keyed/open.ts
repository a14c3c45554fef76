import { groupOf, namesOf, type SessionId } from '../record/record.ts'
import { isOpenedBy, isReplay, overdueStep, presentedBy } from '../record/rotation.ts'
import { type GenuineToken, haveSameId, importedGeneration } from '../record/token.ts'
import type { TokenVerifier } from '../record/token-verifier.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { Draft, OpenOutcome, SessionStore } from '../store/store.ts'
import { type Awaitable, andThen } from '../util/and-then.ts'
import { type KeyedContext, offerOutcome } from './context.ts'
import type { JudgedSession } from './correct.ts'
import { createJudge } from './judge.ts'

/** The tokens of one request whose signatures hold. All are of the same session. */
interface GenuineTokens {
  readonly id: SessionId
  /** The newest ones, as far as known: usually one. */
  readonly first: readonly GenuineToken[]
  /** Verifies and returns the others, for the rare case that the first ones open nothing. */
  others(): readonly GenuineToken[]
}

/**
 * Returns the `open`, `openById` and `peek` of a keyed store. `open` verifies signatures before any I/O, so a token that is not
 * genuine costs none (P6); a genuine one costs one `find`, and a replay also the `remove` or `removeGroup` of
 * `policy.onReplay`. The others are one `find`. A session with times of the future needs more (correct.ts).
 */
export function createOpen(
  context: KeyedContext,
): Pick<Required<SessionStore>, 'open' | 'openById' | 'peek'> {
  const { backend, rows, env, verifier } = context
  const { clock, emit, policy } = env
  const judge = createJudge(context)

  return {
    open(tokens, offers = []) {
      const genuine = verifyTokens(tokens, offers, verifier)
      if (typeof genuine === 'string') return { outcome: 'discarded', why: genuine, id: undefined }
      return andThen(find(genuine.id), (found) =>
        'opened' in found ? openWithTokens(genuine, found) : found,
      )
    },
    async openById(id) {
      const found = await find(id)
      return 'opened' in found ? { outcome: 'open', opened: found.opened } : found
    },
    async peek(followed) {
      const found = await find(followed.record.id)
      if (!('opened' in found)) return found
      const { opened } = found
      const follower = rows.openerOf(followed)
      if (!follower) return { outcome: 'open', opened }
      return {
        outcome: 'open',
        opened: rows.withOrigin(opened, { ...rows.originOf(opened), follower }),
        isTokenRetired: !isOpenedBy(opened.record, follower, found.at),
      }
    },
  }

  function find(id: SessionId) {
    const at = clock()
    return andThen(backend.find(id, at), (found) => judge(id, found, at))
  }

  /** Compares the presented tokens with the record: the session opens, or the token is stale or a replay. */
  function openWithTokens(
    { first, others }: GenuineTokens,
    { opened: found, at }: JudgedSession,
  ): Awaitable<OpenOutcome> {
    const { record } = found
    let genuine = first
    let presented = presentedBy(genuine, record, at)
    if (!presented) {
      genuine = [...first, ...others()]
      presented = presentedBy(genuine, record, at)
    }
    if (!presented)
      return isReplay(record, genuine, { at, policy })
        ? endReplayed(found)
        : { outcome: 'ended', id: record.id, reason: 'stale' }
    const { lineage } = rows.originOf(found)
    const opened = rows.withOrigin(found, { lineage, presented })
    const step = overdueStep(record, presented, { at, policy })
    // What takes the place of another store's token is sent only with the write of a save: it could overwrite a login.
    const openedBy = String(presented.generation)
    const isImported = presented.generation === importedGeneration
    if (step === undefined || (isImported && step !== 'save'))
      return { outcome: 'open', opened, openedBy }
    if (step === 'save') return { outcome: 'open', opened, openedBy, isSaveDue: true }
    return {
      outcome: 'open',
      opened,
      openedBy,
      ...offerOutcome(context, { record, presented }, step.offered),
    }
  }

  /** Emits `replayed`, then ends what `onReplay` names: nothing, the session, or all sessions of its user. */
  async function endReplayed(last: OpenedSession): Promise<OpenOutcome> {
    const { id, userId } = last.record
    emit('replayed', namesOf(last.record))
    if (policy.onReplay === 'ignore') return { outcome: 'ended', id, reason: 'stale' }
    const ending = { at: clock(), reason: 'replayed' } as const
    const ended = new Set([id])
    if (policy.onReplay === 'revokeAll' && userId !== undefined)
      for (const other of await backend.removeGroup(groupOf(id), ending)) ended.add(other)
    else await backend.remove(id, ending)
    for (const each of ended) emit('ended', { id: each, reason: 'replayed' })
    return { outcome: 'ended', id, reason: 'replayed', last }
  }
}

/**
 * Returns the genuine tokens, or why none is used. Genuine tokens of different sessions are `'ambiguous'`. Offered
 * tokens are newer, so they come first; they count only beside a token with the same id. Tokens of other ids that are
 * not genuine change nothing: a sibling domain may have planted them.
 */
function verifyTokens(
  tokens: readonly string[],
  offers: readonly string[],
  verifier: TokenVerifier,
): GenuineTokens | 'malformed' | 'forged' | 'ambiguous' {
  const [only] = tokens
  if (only !== undefined && tokens.length === 1 && offers.length === 0) {
    const genuine = verifier.verify(only)
    return typeof genuine === 'string'
      ? genuine
      : { id: genuine.id, first: [genuine], others: none }
  }
  const offered = verifier.genuineOf(
    offers.filter((offer) => tokens.some((token) => haveSameId(token, offer))),
  )
  const [newest] = offered
  if (newest && tokens.every((token) => haveSameId(token, newest.id)))
    return { id: newest.id, first: offered, others: () => verifier.genuineOf(tokens) }
  const verified = tokens.map((token) => verifier.verify(token))
  const genuine = [...offered, ...verified.filter((result) => typeof result !== 'string')]
  const [first] = genuine
  if (!first) return verified.includes('forged') ? 'forged' : 'malformed'
  const isOneSession = genuine.every(({ id }) => id === first.id)
  return isOneSession ? { id: first.id, first: genuine, others: none } : 'ambiguous'
}

function none(): readonly GenuineToken[] {
  return []
}

/** Returns the newest of the genuine tokens that a request presents; `undefined` if there is none, or of two sessions. */
export function newestOf(
  { tokens, offers }: NonNullable<Draft['presented']>,
  verifier: TokenVerifier,
): GenuineToken | undefined {
  const genuine = verifyTokens(tokens, offers, verifier)
  if (typeof genuine === 'string') return undefined
  return [...genuine.first, ...genuine.others()].reduce((newest, each) =>
    each.generation > newest.generation ? each : newest,
  )
}
