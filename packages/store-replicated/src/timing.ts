import { mintVersion } from '@sojourn/core/store'

/** Time and chance, which a simulation replaces by its own. */
export interface Timing {
  /** Returns a time that only moves forward, in ms. */
  now(): number
  /** Runs a task after `ms`. Returns a function that cancels it. */
  after(ms: number, task: () => void): () => void
  /** Returns a number from 0 to below 1. */
  random(): number
  /** Returns a text that is never returned again. */
  tag(): string
}

/**
 * The time and chance of the machine. Its timers do not keep the process alive, and run after the event loop has read its sockets: a
 * handler that blocked the process makes no instance late.
 */
export const realTiming: Timing = {
  now: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(() => setImmediate(task), ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
  random: Math.random,
  tag: mintVersion,
}

/** Resolves after `ms`. */
export function pause(timing: Timing, ms: number): Promise<void> {
  return new Promise((resolve) => void timing.after(ms, resolve))
}
