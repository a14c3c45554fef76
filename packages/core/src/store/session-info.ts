import { expiryOf } from '../record/expiry.ts'
import type { ClientInfo, SessionId } from '../record/record.ts'
import type { OpenedSession } from './opened-session.ts'

/** What may be shown of a session. Nothing in it works as a credential (P5). Times are epoch ms. */
export interface SessionInfo {
  readonly id: SessionId
  readonly userId: string | undefined
  readonly createdAt: number
  /** When it was last used, give or take one touch interval. */
  readonly lastSeenAt: number
  /** When its token last changed. */
  readonly rotatedAt: number
  readonly authenticatedAt: number | undefined
  /** When it ends if nobody uses it again. */
  readonly expiresAt: number
  /** When it ends whatever happens. */
  readonly absoluteExpiresAt: number
  readonly client: ClientInfo
}

/** Describes a session, given the touch interval of the manager in ms. */
export function describeSession(
  { record, touchedAt }: Pick<OpenedSession, 'record' | 'touchedAt'>,
  touchInterval: number,
): SessionInfo {
  return {
    id: record.id,
    userId: record.userId,
    createdAt: record.createdAt,
    lastSeenAt: touchedAt,
    rotatedAt: record.rotatedAt,
    authenticatedAt: record.authenticatedAt,
    expiresAt: expiryOf(record, touchedAt, touchInterval),
    absoluteExpiresAt: record.absoluteExpiresAt,
    client: record.client ?? {},
  }
}
