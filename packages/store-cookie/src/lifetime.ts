import type { OpenedSession } from '@sojourn/core/store'
import { expiryOf } from '@sojourn/core/store'

/** How long a token opens at most, in ms: no browser keeps a cookie longer (RFC 6265bis, 5.5). */
export const maxTokenLifetimeMs = 400 * 86_400_000

/** How much the clocks of a fleet may differ, in ms: a token of the future is a forgery only beyond that. */
export const clockSkewMs = 60_000

/** When the token of a session expires that is sealed as it is, epoch ms. */
export function tokenExpiryOf({ record, touchedAt }: OpenedSession, touchInterval: number): number {
  return Math.min(expiryOf(record, touchedAt, touchInterval), touchedAt + maxTokenLifetimeMs)
}
