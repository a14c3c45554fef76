/** How often the sweeper visits a slice of each map, in ms: below Node's limit of 2^31, however long rows live. */
const intervalMs = 1_000

/** A map whose entries expire. */
export interface Sweepable {
  readonly size: number
  /** The number of entries when the current pass began. */
  readonly passSize: number
  /** Visits the next `count` entries, starting over after the last, and removes those expired at `now`, epoch ms. */
  sweep(count: number, now: number): void
}

/** Removes expired entries that are never read again. */
export interface Sweeper {
  /** Starts the timer if it is not running, with the manager's current time, epoch ms. */
  schedule(at: number): void
  /** Stops the timer. */
  stop(): void
}

/**
 * Creates a sweeper that visits about 1/60 of each map every second, so that an entry is removed within about a
 * minute of its expiry. Its time is the latest `at` plus the time elapsed since, because `at` may come from any
 * clock. The timer runs while a map has entries, and never keeps the process alive.
 */
export function createSweeper(maps: readonly Sweepable[]): Sweeper {
  let timer: NodeJS.Timeout | undefined
  let latest = { at: Number.NEGATIVE_INFINITY, since: 0 }

  return {
    schedule(at) {
      // If the manager's clock is stopped, the sweeper's time must still advance.
      if (at !== latest.at) latest = { at, since: performance.now() }
      timer ??= setInterval(tick, intervalMs).unref()
    },
    stop,
  }

  function tick(): void {
    const now = latest.at + performance.now() - latest.since
    for (const map of maps) map.sweep(sliceOf(map), now)
    if (maps.every(({ size }) => size === 0)) stop()
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }
}

/** Returns how many entries to visit: a fraction of the pass, because a fraction of the rest would never finish it. */
function sliceOf({ size, passSize }: Sweepable): number {
  return Math.max(1_000, Math.ceil(Math.max(size, passSize) / 60))
}
