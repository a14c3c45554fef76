/** The limits of one session. */
export interface Limits {
  /** How long the session may be idle, in ms. */
  readonly maxAge: number
  /** When the session ends even if it is used, in epoch ms. */
  readonly absoluteExpiresAt: number
}

/**
 * Returns when a session that was last touched at `touchedAt` ends, in epoch ms. One touch window is added to the idle
 * limit, because the last request may have been that much later than `touchedAt`: no session ends before it was idle for
 * `maxAge`.
 */
export function expiryOf(limits: Limits, touchedAt: number, touchInterval: number): number {
  const idleUntil = touchedAt + limits.maxAge + touchWindow(limits, touchInterval)
  return Math.min(idleUntil, limits.absoluteExpiresAt)
}

/** Returns true if a request at `at` (epoch ms) must move `touchedAt`. Until then, reading writes nothing (P7). */
export function isTouchDue(
  { record, touchedAt }: { record: Limits; touchedAt: number },
  at: number,
  touchInterval: number,
): boolean {
  return at - touchedAt >= touchWindow(record, touchInterval)
}

/** Returns the time within which a session is touched at most once, in whole ms: a short `maxAge` makes it shorter. */
export function touchWindow({ maxAge }: Limits, touchInterval: number): number {
  return Math.min(touchInterval, Math.ceil(maxAge / 4))
}
