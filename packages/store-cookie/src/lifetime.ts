import type { OpenedSession } from '@sojourn/core/store'
import { expiryOf } from '@sojourn/core/store'

/** The longest lifetime of a token, in ms: browsers keep no cookie longer (RFC 6265bis, section 5.5). */
export const maxTokenLifetimeMs = 400 * 86_400_000

/** Returns when the token of a session expires if it is sealed now, epoch ms. `touchInterval` is in ms. */
export function tokenExpiryOf({ record, touchedAt }: OpenedSession, touchInterval: number): number {
  return Math.min(expiryOf(record, touchedAt, touchInterval), touchedAt + maxTokenLifetimeMs)
}
