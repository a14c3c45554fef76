/**
 * How long is left. Both clocks of the page are asked, and the one on which more time has passed counts: `performance.now()`
 * may stand still while the machine sleeps, and the time of day may be set back. Neither needs to be right: only what has
 * passed since the server spoke is measured.
 */
export interface Countdown {
  /** Starts anew, with so many ms. */
  set(ms: number): void
  /** Returns the ms that are left, a whole number of at least 0. */
  left(): number
  /** Returns the ms that have passed since `set`; very many if it was never called. */
  passed(): number
}

/** Creates a countdown that has run out. */
export function createCountdown(): Countdown {
  let ms = 0
  let date = 0
  let tick = 0
  const passed = () => Math.max(Date.now() - date, performance.now() - tick)
  return {
    set(remainingMs) {
      ms = remainingMs
      date = Date.now()
      tick = performance.now()
    },
    left: () => Math.max(0, Math.ceil(ms - passed())),
    passed,
  }
}
