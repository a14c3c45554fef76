import type { Timing } from '../../src/timing.ts'
import type { VirtualTime } from './virtual-time.ts'

const start = Date.UTC(2030, 0, 1)

/** The wall clock of all processes, as far as they have one in common. */
export interface WallClock {
  /** By how much it has leapt in all, in ms: nobody used the sessions meanwhile, or somebody set the clocks. */
  leaptMs: number
}

/** Time as one process has it: its clock is wrong, and while it is paused it does nothing, whatever happens around it. */
export class ProcessTime implements Timing {
  readonly #time: VirtualTime
  readonly #wallClock: WallClock
  readonly #skewMs: number
  readonly #waiting: (() => void)[] = []
  #isPaused = false

  constructor(time: VirtualTime, wallClock: WallClock) {
    this.#time = time
    this.#wallClock = wallClock
    this.#skewMs = Math.floor((time.random() - 0.5) * 40_000)
  }

  now = (): number => this.#time.now()
  random = (): number => this.#time.random()
  tag = (): string => this.#time.tag()

  /** Returns what the process takes for now, epoch ms. */
  wallTime(): number {
    return start + this.#time.now() + this.#wallClock.leaptMs + this.#skewMs
  }

  after = (ms: number, task: () => void): (() => void) => {
    let isCancelled = false
    const run = () => {
      if (isCancelled) return
      if (this.#isPaused) this.#waiting.push(run)
      else task()
    }
    const cancel = this.#time.after(ms, run)
    return () => {
      isCancelled = true
      cancel()
    }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve))
  }

  /** Resolves when the process runs. */
  async running(): Promise<void> {
    while (this.#isPaused) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Stops the process, as SIGSTOP does. */
  pause(): void {
    this.#isPaused = true
  }

  /** Continues it. What has come in meanwhile is handled first, in the order in which it came. */
  resume(): void {
    this.#isPaused = false
    for (const task of this.#waiting.splice(0)) task()
  }
}
