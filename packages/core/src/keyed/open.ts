import type { KeyObject } from 'node:crypto'
import { groupOf, type SessionId } from '../record/record.ts'
import { isReplay, presentedBy } from '../record/rotation.ts'
import { type GenuineToken, verifyToken } from '../record/token.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { OpenOutcome, SessionStore } from '../store/store.ts'
import type { KeyedContext } from './context.ts'

/** The genuine tokens that a request presented, all of one session. */
type Genuine = readonly [GenuineToken, ...GenuineToken[]]

/** The `open` of a keyed store: one `find`, and none for a token that is not genuine (P6). And its `look`: one `find`. */
export function createOpen({
  backend,
  rows,
  env,
  keys,
}: KeyedContext): Pick<Required<SessionStore>, 'open' | 'peek'> {
  const { clock, emit, policy } = env

  return {
    async open(tokens) {
      const genuine = pickGenuine(tokens, keys)
      if (typeof genuine === 'string') return { outcome: 'discarded', why: genuine, id: undefined }
      const at = clock()
      const opening = await find(genuine[0].id, at)
      return opening.outcome === 'open' ? openWith(genuine, opening.opened, at) : opening
    },
    peek: ({ record }) => find(record.id, clock()),
  }

  /** The session of an id, whatever opens it. */
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

  async function openWith(
    genuine: Genuine,
    opened: OpenedSession,
    at: number,
  ): Promise<OpenOutcome> {
    const { record } = opened
    const presented = presentedBy(genuine, record, at)
    if (!presented)
      return isReplay(record, at)
        ? replay(opened)
        : { outcome: 'ended', id: record.id, reason: 'stale' }
    rows.setOrigin(opened, { ...rows.originOf(opened), presented })
    return { outcome: 'open', opened }
  }

  /** Somebody kept a token that was rotated away and uses it long after: the policy says what that ends. */
  async function replay(last: OpenedSession): Promise<OpenOutcome> {
    const { id, userId } = last.record
    emit('replayed', { id, userId })
    if (policy.onReplay === 'ignore') return { outcome: 'ended', id, reason: 'stale' }
    const ending = { at: clock(), reason: 'replayed' } as const
    if (policy.onReplay === 'revokeAll' && userId !== undefined)
      await backend.removeGroup(groupOf(id), ending)
    else await backend.remove(id, ending)
    emit('ended', { id, reason: 'replayed' })
    return { outcome: 'ended', id, reason: 'replayed', last }
  }
}

function pickGenuine(
  tokens: readonly string[],
  keys: readonly KeyObject[],
): Genuine | 'malformed' | 'forged' | 'ambiguous' {
  const verified = tokens.map((value) => verifyToken(value, keys))
  const [first, ...others] = verified.filter((value) => typeof value !== 'string')
  if (!first) return verified.includes('forged') ? 'forged' : 'malformed'
  return others.every(({ id }) => id === first.id) ? [first, ...others] : 'ambiguous'
}
