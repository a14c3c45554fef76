/** Random numbers that a seed determines. */
export interface Random {
  /** Returns a number from 0 to below 1. */
  (): number
  /** Returns true with a probability. */
  isHit(probability: number): boolean
  /** Returns a whole number from 0 to below `count`. */
  below(count: number): number
}

/** Creates the mulberry32 generator. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return Object.assign(next, {
    isHit: (probability: number) => next() < probability,
    below: (count: number) => Math.floor(next() * count),
  })
}
