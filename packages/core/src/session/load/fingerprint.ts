import type { Carrier, RequestCarrier } from '../../http/carrier.ts'
import type { Fingerprint } from '../../record/fingerprint.ts'
import { namesOf } from '../../record/record.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { OpenOutcome } from '../../store/store.ts'
import type { ManagerContext } from '../state.ts'
import { endIfNotElevated } from './end-opened.ts'

// The option `fingerprint`: a record keeps keyed hashes of the client that began the session, and each request with its
// token is compared with them. That is a hint and no proof: whoever steals a cookie from a browser can read its headers too.

/** What the comparison of a request with the fingerprint of its session has led to. */
interface Compared {
  readonly outcome: OpenOutcome
  /** The fingerprint that the session is to take over with the next write. */
  readonly fingerprint?: Fingerprint
  /** The session, if it opens again only by a login of its user. */
  readonly locked?: OpenedSession
}

/** A request, and its response unless the session is only read. */
export interface Exchange {
  readonly request: RequestCarrier
  readonly response: Carrier | undefined
}

/**
 * Compares a request with the fingerprint of the session that it opens, and carries out `onMismatch`. A session that has no
 * fingerprint yet, or not all parts of it, takes over that of the request. A session that is only read is not written.
 */
export async function compareFingerprint(
  context: ManagerContext,
  { request, response }: Exchange,
  outcome: OpenOutcome,
): Promise<Compared> {
  const { fingerprint: config } = context.config
  if (!config || outcome.outcome !== 'open') return { outcome }
  const { opened } = outcome
  const { id, userId, fingerprint } = opened.record
  const parts = fingerprint ? config.differences(fingerprint, request) : []
  if (parts.length > 0) context.emit('mismatch', { ...namesOf(opened.record), parts })
  else if (fingerprint && config.isComplete(fingerprint)) return { outcome }
  if (parts.length === 0 || config.onMismatch === 'event')
    return { outcome, fingerprint: config.take(request) }
  if (config.onMismatch === 'destroy') {
    const reason = response ? await endIfNotElevated(context, opened, 'mismatch') : 'mismatch'
    return { outcome: { outcome: 'ended', id, reason } }
  }
  if (userId === undefined) return { outcome: { outcome: 'discarded', why: 'mismatch', id } }
  const ended = { outcome: 'ended', id, reason: 'mismatch' } as const
  // Nobody logs in as the user of an acting session to go on with it: the actor begins anew.
  return opened.record.actor ? { outcome: ended } : { outcome: ended, locked: opened }
}
