/** Makes interleavings instead of hoping for them. The same seed makes the same ones. */
export interface Scheduler {
  /** Lets others go first, for a random number of turns. */
  step(): Promise<void>
  /** A random number, at least 0 and below 1. */
  random(): number
}

/** A scheduler that draws from `seed`, an integer. */
export function createScheduler(seed: number): Scheduler {
  const random = createRandom(seed)
  return {
    random,
    async step() {
      for (let turns = Math.floor(random() * 8); turns > 0; turns--) await undefined
    },
  }
}

/** The generator mulberry32: small, and good enough to shuffle turns. */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
