import type { Timing } from '../../src/timing.ts'
import { createRandom, type Random } from './random.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly task: () => void
}

/** Time that passes only when nothing is left to do, and chance that a seed determines. */
export class VirtualTime implements Timing {
  readonly #random: Random
  #timers: Timer[] = []
  #now = 0
  #order = 0
  #tags = 0

  constructor(seed: number) {
    this.#random = createRandom(seed)
  }

  now = (): number => this.#now

  after = (ms: number, task: () => void): (() => void) => {
    const timer = { at: this.#now + ms, order: this.#order++, task }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  random = (): number => this.#random()

  /** Half random, so that ballots of one number are ordered by chance. */
  tag = (): string => `${Math.floor(this.#random() * 1e6).toString(36)}-${this.#tags++}`

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve))
  }

  /** Lets time pass until the work is done. Throws if nothing is left that it could wait for. */
  async run<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false
    const done = () => {
      isDone = true
    }
    work.then(done, done)
    for (;;) {
      await new Promise(setImmediate) // everything that is ready runs
      if (isDone) return work
      this.#fireNext()
    }
  }

  #fireNext(): void {
    const [first] = this.#timers.toSorted((a, b) => a.at - b.at || a.order - b.order)
    if (!first) throw new Error('Everything waits, and no timer is left')
    this.#timers = this.#timers.filter((timer) => timer !== first)
    this.#now = first.at
    first.task()
  }
}
