/** The sweeper looks at the next slice of its maps this often, in ms: far below 2^31, however long a row lives. */
const period = 1_000

/** A map whose entries end by themselves. */
export interface Sweepable {
  readonly size: number
  /** How many entries it had when the present pass over it began. */
  readonly passSize: number
  /** Looks at the next `count` entries, from the start again after the last, and drops those over at `now`. */
  sweep(count: number, now: number): void
}

/** Lets entries go that nobody asks for any more. */
export interface Sweeper {
  /** Notes the manager's now, epoch ms, and goes to work where there is something to sweep. */
  schedule(at: number): void
  /** Stops for good. */
  stop(): void
}

/**
 * Sweeps about a sixtieth of each map every second, so that an entry leaves within a minute of its end. Its now is the
 * latest `at` that it was told and the time that passed since: whose clock `at` is, it does not know. Its timer exists
 * while there is something to sweep, and never keeps a process alive.
 */
export function createSweeper(maps: readonly Sweepable[]): Sweeper {
  let timer: NodeJS.Timeout | undefined
  let noted = { at: Number.NEGATIVE_INFINITY, since: 0 }

  return {
    schedule(at) {
      // A clock that stands still must not make the sweeper's stand still too.
      if (at !== noted.at) noted = { at, since: performance.now() }
      timer ??= setInterval(tick, period).unref()
    },
    stop,
  }

  function tick(): void {
    const now = noted.at + performance.now() - noted.since
    for (const map of maps) map.sweep(sliceOf(map), now)
    if (maps.every(({ size }) => size === 0)) stop()
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }
}

/** Not a part of what is left, which would never end. */
function sliceOf({ size, passSize }: Sweepable): number {
  return Math.max(1_000, Math.ceil(Math.max(size, passSize) / 60))
}
