import type { ServerProcess, Traffic } from '../load/server-process.ts'
import type { Scenario } from './scenarios.ts'

/** How long a warm-up takes at least and at most, in ms, and how long one of its stretches is. */
export interface WarmUp {
  readonly stretch: number
  readonly most: number
}

/** So many rounds are compared with as many before them, and may be cheaper by this share. */
const rounds = 4
const tolerance = 0.05

/**
 * Sends the traffic of all scenarios in turn until what a round costs no longer changes, so that V8 has compiled what it
 * compiles. Returns false if that was not reached in time: the figures of this server then say less.
 */
export async function warmUp(
  server: ServerProcess,
  traffic: Readonly<Partial<Record<Scenario, Traffic>>>,
  { stretch, most }: WarmUp,
): Promise<boolean> {
  const costs: number[] = []
  const end = performance.now() + most
  while (performance.now() < end) {
    let cost = 0
    for (const each of Object.values(traffic))
      cost += (await server.load(each, { ms: stretch })).cost
    costs.push(cost)
    if (isFlat(costs)) return true
  }
  return false
}

/** Compares the cheapest rounds: what else the machine does makes a round dearer, and never cheaper. */
function isFlat(costs: readonly number[]): boolean {
  if (costs.length < 2 * rounds) return false
  const before = Math.min(...costs.slice(-2 * rounds, -rounds))
  return Math.min(...costs.slice(-rounds)) > (1 - tolerance) * before
}
