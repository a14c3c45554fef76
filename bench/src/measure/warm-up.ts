import type { ServerProcess, Traffic } from '../load/server-process.ts'
import type { Scenario } from './scenarios.ts'
import { spreadOf } from './statistics.ts'

/** How long a warm-up takes at least and at most, in ms, and how long one of its stretches is. */
export interface WarmUp {
  readonly stretch: number
  readonly most: number
}

/** So many successive costs must agree, each within this share of their median, before a server counts as warm. */
const agreeing = 4
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
    if (isFlat(costs.slice(-agreeing))) return true
  }
  return false
}

function isFlat(costs: readonly number[]): boolean {
  if (costs.length < agreeing) return false
  const { median } = spreadOf(costs)
  return costs.every((cost) => Math.abs(cost - median) <= tolerance * median)
}
