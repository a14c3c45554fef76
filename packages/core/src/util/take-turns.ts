// Taken when this module is loaded, so that fake timers of a test, installed later, do not stop a scan half-way.
const { setImmediate: immediately, setTimeout: later } = globalThis

/** How long a loop runs before others get a turn, in ms. */
const turnMs = 1

/**
 * Returns a function to call in each round of a long loop. After a millisecond of work it returns a promise to wait for,
 * so that requests are handled in between, however long the loop is.
 * @example
 * const pause = takeTurns()
 * for (const row of rows) {
 *   handle(row)
 *   await pause()
 * }
 */
export function takeTurns(): () => Promise<void> | undefined {
  let endsAt = performance.now() + turnMs
  return () => {
    if (performance.now() < endsAt) return undefined
    return new Promise((resolve) => {
      const go = () => {
        endsAt = performance.now() + turnMs
        resolve()
      }
      if (typeof immediately === 'function') immediately(go)
      else later(go, 0)
    })
  }
}
