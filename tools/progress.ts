// How long the rest of a test run takes.

/** All in milliseconds. */
export interface Progress {
  /** The files that ended: what they were expected to take, and what they took. */
  readonly ended: { readonly expected: number; readonly took: number }
  /** Each file that runs: what it is expected to take, and for how long it has been running. */
  readonly running: readonly { readonly expected: number; readonly took: number }[]
  /** What the files that wait are expected to take, one after another. */
  readonly waiting: number
  /** How many files run at once. */
  readonly workers: number
}

/** For so many milliseconds of work the expectation counts as much as what was measured. */
const trust = 20_000

/** Estimates how many milliseconds are left: what is expected, scaled by how long the ended files took. */
export function timeLeft({ ended, running, waiting, workers }: Progress): number {
  const slowness = (ended.took + trust) / (ended.expected + trust)
  const rests = running.map(({ expected, took }) => Math.max(0, expected * slowness - took))
  return Math.max(sum([waiting * slowness, ...rests]) / workers, ...rests)
}

/** Renders milliseconds as `1 min 10 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Renders milliseconds in steps of 5 s below a minute and of 10 s above: an estimate is no finer than that. */
export function roughDuration(ms: number): string {
  const step = ms < 60_000 ? 5_000 : 10_000
  return duration(Math.max(1, Math.round(ms / step)) * step)
}

/** The sum of numbers. */
export function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
