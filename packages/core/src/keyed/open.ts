import type { KeyObject } from 'node:crypto'
import { groupOf, type SessionId } from '../record/record.ts'
import { isReplay, presentedBy } from '../record/rotation.ts'
import { type GenuineToken, verifyToken } from '../record/token.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { OpenOutcome, SessionStore } from '../store/store.ts'
import type { KeyedContext } from './context.ts'

/** The tokens of one request whose signatures hold. All name the same session. */
type GenuineTokens = readonly [GenuineToken, ...GenuineToken[]]

/**
 * Returns the `open` and `peek` of a keyed store. `open` verifies signatures before any I/O, so a token that is not
 * genuine costs none (P6); a genuine one costs one `find`, and a replay also the `remove` or `removeGroup` of
 * `policy.onReplay`. `peek` is one `find`.
 */
export function createOpen({
  backend,
  rows,
  env,
  keys,
}: KeyedContext): Pick<Required<SessionStore>, 'open' | 'peek'> {
  const { clock, emit, policy } = env

  return {
    async open(tokens) {
      const genuine = verifyTokens(tokens, keys)
      if (typeof genuine === 'string') return { outcome: 'discarded', why: genuine, id: undefined }
      const at = clock()
      const found = await find(genuine[0].id, at)
      return found.outcome === 'open' ? openWithTokens(genuine, found.opened, at) : found
    },
    peek: ({ record }) => find(record.id, clock()),
  }

  /** Reads a session by its id and judges its limits, but not the secret that was presented. */
  async function find(id: SessionId, at: number): Promise<OpenOutcome> {
    const found = await backend.find(id, at)
    if (found === null) return { outcome: 'discarded', why: 'unknown', id }
    if ('ended' in found) return { outcome: 'ended', id, reason: found.ended }
    const opened = rows.read(id, found)
    if (opened === 'corrupt') return { outcome: 'discarded', why: 'corrupt', id }
    if (!(Math.min(rows.expiryOf(opened), found.expiresAt) > at))
      return { outcome: 'discarded', why: 'expired', id }
    return { outcome: 'open', opened }
  }

  /** Compares the presented secrets with the record: the session opens, or the token is stale or a replay. */
  async function openWithTokens(
    genuine: GenuineTokens,
    opened: OpenedSession,
    at: number,
  ): Promise<OpenOutcome> {
    const { record } = opened
    const presented = presentedBy(genuine, record, at)
    if (!presented)
      return isReplay(record, at)
        ? endReplayed(opened)
        : { outcome: 'ended', id: record.id, reason: 'stale' }
    rows.setOrigin(opened, { ...rows.originOf(opened), presented })
    return { outcome: 'open', opened }
  }

  /** Emits `replayed`, then ends what `onReplay` names: nothing, the session, or all sessions of its user. */
  async function endReplayed(last: OpenedSession): Promise<OpenOutcome> {
    const { id, userId } = last.record
    emit('replayed', { id, userId })
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

/** Returns the genuine tokens, or why none is used. Genuine tokens of different sessions are `'ambiguous'`. */
function verifyTokens(
  tokens: readonly string[],
  keys: readonly KeyObject[],
): GenuineTokens | 'malformed' | 'forged' | 'ambiguous' {
  const verified = tokens.map((token) => verifyToken(token, keys))
  const [first, ...others] = verified.filter((result) => typeof result !== 'string')
  if (!first) return verified.includes('forged') ? 'forged' : 'malformed'
  return others.every(({ id }) => id === first.id) ? [first, ...others] : 'ambiguous'
}
