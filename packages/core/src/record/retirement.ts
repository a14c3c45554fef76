import { clockToleranceMs } from '../util/clock.ts'

/** When tokens of a session stopped being its current one. Oldest first in a list; see `retiredAt`. */
export interface Retirement {
  /** The last generation that this covers; it begins after that of the entry before. */
  readonly generation: number
  /** Epoch ms. */
  readonly at: number
}

/** How long a late request may be under way with a token that was retired meanwhile, at most, in ms. */
const longestDelayMs = 5 * 60_000
/** Retirements that are closer together than this share an entry, so that no one can make the list long. In ms. */
const resolutionMs = 30_000

/** Returns when a token of this generation was retired, in epoch ms; `undefined` if it was not. */
export function retiredAt(
  retired: readonly Retirement[] | undefined,
  generation: number,
): number | undefined {
  return retired?.find((entry) => entry.generation >= generation)?.at
}

/**
 * Returns the list with the generations up to `generation` retired at `at`. It keeps what is younger than the longest
 * delay, and one older entry, which says that all before it are old: the age of a retired token does not depend on how
 * often the session rotates after it. The times never decrease, also if the clocks of the servers differ, and a time of
 * the future counts as late as two clocks may be apart.
 */
export function addRetirement(
  retired: readonly Retirement[] | undefined,
  { generation, at }: Retirement,
): readonly Retirement[] {
  const latest = at + clockToleranceMs
  const before = (retired ?? []).map((each) => (each.at > latest ? { ...each, at: latest } : each))
  const last = before.at(-1)
  const next = { generation, at: Math.max(at, last?.at ?? at) }
  const isShared = last !== undefined && periodOf(last.at) === periodOf(next.at)
  const list = [...(isShared ? before.slice(0, -1) : before), next]
  const firstYoung = list.findIndex((entry) => entry.at > at - longestDelayMs)
  return list.slice(Math.max(firstYoung - 1, 0))
}

/**
 * Returns how long after its retirement a token may be that of a late request, and not a replay, in ms: at most five
 * minutes, and a third of a short rotation interval, so that a thief is noticed within two intervals; but no shorter than
 * the grace and the difference of two clocks.
 */
export function delayAllowance({
  rotationInterval,
  rotationGrace,
}: {
  readonly rotationInterval: number
  readonly rotationGrace: number
}): number {
  const shortest = rotationGrace + clockToleranceMs
  return Math.max(shortest, Math.min(longestDelayMs, rotationInterval / 3))
}

function periodOf(at: number): number {
  return Math.floor(at / resolutionMs)
}
