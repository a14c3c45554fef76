/** What a log gets instead of a line that changes: one line in this many ms. */
const logEvery = 30_000
/** For so many ms of work the expectation counts as much as what was measured. */
const trust = 10_000

/** Says on stderr what happens, and about how long the rest takes. */
export class Progress {
  readonly #start = performance.now()
  readonly #expected: number
  #done = 0
  #saidAt = Number.NEGATIVE_INFINITY

  /** @param expected how long everything should take, in ms */
  constructor(expected: number) {
    this.#expected = expected
  }

  /** Says what begins. */
  say(what: string): void {
    const line = `${what} [about ${minutes(this.#left())} left]`
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`)
    else if (performance.now() - this.#saidAt > logEvery) {
      this.#saidAt = performance.now()
      process.stderr.write(`${line}\n`)
    }
  }

  /** Counts a step as done, by what it should have taken, in ms. */
  done(expected: number): void {
    this.#done += expected
  }

  /** Clears the line, so that a table can follow. */
  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  }

  #left(): number {
    const slowness = (performance.now() - this.#start + trust) / (this.#done + trust)
    return Math.max(0, this.#expected - this.#done) * slowness
  }
}

function minutes(ms: number): string {
  const seconds = 5 * Math.ceil(ms / 5_000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
