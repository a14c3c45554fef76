/** What the limits of a session are judged by. Times are epoch ms. */
export interface Limits {
  /** How long a session may be idle, in ms. */
  readonly maxAge: number
  /** When it ends whatever happens. */
  readonly absoluteExpiresAt: number
}

/**
 * When a session that was last touched at `touchedAt` ends. One `touchInterval` is added to the idle limit, because
 * `touchedAt` may lag that far behind the last request: nobody idles out early.
 */
export function expiryOf(limits: Limits, touchedAt: number, touchInterval: number): number {
  const idleUntil = touchedAt + limits.maxAge + touchWindow(limits, touchInterval)
  return Math.min(idleUntil, limits.absoluteExpiresAt)
}

/** Whether a request at `at` must move `touchedAt`. Until then, reading a session writes nothing (P7). */
export function isTouchDue(
  { record, touchedAt }: { record: Limits; touchedAt: number },
  at: number,
  touchInterval: number,
): boolean {
  return at - touchedAt >= touchWindow(record, touchInterval)
}

/** Within how many ms a session is touched at most once: one with a short idle limit of its own accordingly often. */
export function touchWindow({ maxAge }: Limits, touchInterval: number): number {
  return Math.min(touchInterval, maxAge / 4)
}
