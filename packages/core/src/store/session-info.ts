import { expiryOf } from '../record/expiry.ts'
import type { ClientInfo, SessionId } from '../record/record.ts'
import type { OpenedSession } from './opened-session.ts'

/** What may be shown of a session, as in a list of devices. Contains no credential (P5). Times are epoch ms. */
export interface SessionInfo {
  readonly id: SessionId
  readonly userId: string | undefined
  /** Who acts as the user; `undefined` if nobody else does. */
  readonly actorId: string | undefined
  readonly createdAt: number
  /** When it was last used, accurate to one touch interval. */
  readonly lastSeenAt: number
  /** When its token last changed. */
  readonly rotatedAt: number
  /**
   * When the user last logged in or re-authenticated; `undefined` for an anonymous session, if a clock was wrong, and while
   * somebody else acts as the user.
   */
  readonly authenticatedAt: number | undefined
  /** When it ends if it is not used again. */
  readonly expiresAt: number
  /**
   * How long it is until `expiresAt`, in ms, by the server's clock: a page whose own clock is wrong can count down from it.
   * At least 0.
   */
  readonly remainingMs: number
  /** When it ends even if it is used. */
  readonly absoluteExpiresAt: number
  /** When its browser was bound to it, by the option `deviceBound`; `undefined` if it is not. */
  readonly boundAt: number | undefined
  /** What the application passed to `login` as `client`; empty if it passed nothing. */
  readonly client: ClientInfo
}

/** A session in a list of `manager.sessions`. */
export interface ListedSession extends SessionInfo {
  /** True for the session that the option `current` names: that of the request, in a list of devices. */
  readonly isCurrent: boolean
}

/** When a session is described, and by what. */
interface Description {
  /** The manager's, in ms. */
  readonly touchInterval: number
  /** The manager's now, in epoch ms. */
  readonly at: number
  /** When it was last used, or is about to be, in epoch ms. @default its `touchedAt` */
  readonly usedAt?: number
}

/** Returns the public description of a session. */
export function describeSession(
  { record, touchedAt }: Pick<OpenedSession, 'record' | 'touchedAt'>,
  { touchInterval, at, usedAt = touchedAt }: Description,
): SessionInfo {
  const expiresAt = expiryOf(record, usedAt, touchInterval)
  return {
    id: record.id,
    userId: record.userId,
    actorId: record.actor?.userId,
    createdAt: record.createdAt,
    lastSeenAt: touchedAt,
    rotatedAt: record.rotatedAt,
    authenticatedAt: record.actor ? undefined : record.authenticatedAt,
    expiresAt,
    remainingMs: Math.max(0, expiresAt - at),
    absoluteExpiresAt: record.absoluteExpiresAt,
    boundAt: record.deviceBinding?.isConfirmed ? record.deviceBinding.boundAt : undefined,
    client: record.client ?? {},
  }
}
