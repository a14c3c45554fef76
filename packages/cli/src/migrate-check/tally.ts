const maxExamples = 3
const shownOfKey = 6

/** A reason, how often it was met, and some of the keys. */
export interface Reason {
  readonly why: string
  readonly count: number
  /** The beginnings of keys: the whole key of a session would be half of its cookie. */
  readonly examples: readonly string[]
}

/** Counts by reasons. */
export interface Tally {
  add(why: string, key?: string): void
  /** Returns the reasons, the most frequent first. */
  reasons(): readonly Reason[]
  total(): number
}

/** Creates a tally. `prefix` is shown in front of the keys. */
export function createTally(prefix = ''): Tally {
  const reasons = new Map<string, { count: number; examples: string[] }>()
  return {
    add(why, key) {
      const reason = reasons.get(why) ?? { count: 0, examples: [] }
      reasons.set(why, reason)
      reason.count++
      if (key !== undefined && reason.examples.length < maxExamples)
        reason.examples.push(prefix + beginningOf(key))
    },
    reasons: () =>
      Array.from(reasons, ([why, reason]) => ({ why, ...reason })).sort(
        (a, b) => b.count - a.count,
      ),
    total: () => [...reasons.values()].reduce((sum, { count }) => sum + count, 0),
  }
}

/** Returns at most six characters of a key, and at most a third of it. */
function beginningOf(key: string): string {
  return `${key.slice(0, Math.min(shownOfKey, Math.floor(key.length / 3)))}…`
}
