import type { Scenario } from './scenarios.ts'
import { contenders } from './targets.ts'

/** What a contender costs in a scenario over its bare framework, in µs; `undefined` where it was not measured. */
export type Over = (name: string, scenario: Scenario) => number | undefined

type Goals = Readonly<Partial<Record<Scenario, number>>>

/** In µs over the bare framework. */
const absolute: Readonly<Record<string, Goals>> = {
  memory: { R: 30, W: 50, N: 35, A: 3, G: 15 },
  cookie: { R: 20, W: 40, N: 33, A: 3, G: 15 },
  'cookie, cold': { R: 80 },
  'node-redis': { A: 3 },
  ioredis: { A: 3 },
}

/** In µs over what is written by hand on the same framework and client. */
const overLimit: Goals = { R: 10, W: 20, N: 20, G: 5 }

/** In these, Redis is also to cost half of what the best peer on the framework costs. */
const halved: readonly Scenario[] = ['R', 'W', 'N']

/** The most that one of ours may cost in a scenario, in µs over its bare framework; `undefined` where nothing is asked. */
export function goalOf(name: string, scenario: Scenario, over: Over): number | undefined {
  const { kind = '', over: framework } = contenders[name] ?? {}
  const fixed = absolute[kind]?.[scenario]
  if (fixed !== undefined) return fixed
  const limit = over(`limit ${kind} on ${framework}`, scenario)
  const margin = overLimit[scenario]
  if (limit === undefined || margin === undefined) return undefined
  const peers = Object.entries(contenders)
    .filter(([, peer]) => peer.kind === 'peer redis' && peer.over === framework)
    .flatMap(([peer]) => over(peer, scenario) ?? [])
  return halved.includes(scenario)
    ? Math.min(limit + margin, ...peers.map((peer) => peer / 2))
    : limit + margin
}
