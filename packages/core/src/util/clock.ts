/** Returns the current time in epoch ms. Sojourn reads the time only from the option `clock`; tests can set it. */
export type Clock = () => number

/** The clock of the machine, the default. No other place in Sojourn reads it. */
export const systemClock: Clock = () => Date.now()

/**
 * How far the clocks of servers that share sessions may be apart, in ms. A time that is further in the future was written
 * under a clock that was wrong: it never prolongs a session, and never counts as recent.
 */
export const clockToleranceMs = 60_000

/** Returns true if `time` is further in the future of `at` than the clocks of servers may be apart. Both are epoch ms. */
export function isFuture(time: number, at: number): boolean {
  return time > at + clockToleranceMs
}
