/** Produces interleavings that the seed determines, so that races are reproducible. */
export interface Scheduler {
  /** Lets other requests run, for a random number of microtask turns. */
  step(): Promise<void>
  /** Returns a random number from 0 to below 1. */
  random(): number
}

/** Returns a scheduler whose random numbers depend on `seed`, an integer. */
export function createScheduler(seed: number): Scheduler {
  const random = createRandom(seed)
  return {
    random,
    async step() {
      for (let turns = Math.floor(random() * 8); turns > 0; turns--) await undefined
    },
  }
}

/** The mulberry32 generator: small, and good enough to shuffle turns. */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
