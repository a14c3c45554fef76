import { contenders } from '../contenders/targets.ts'
import type { Scenario } from '../measure/scenarios.ts'
import type { Results } from './results.ts'

/** The most that a contender of ours may cost in a scenario, in µs over its bare framework, and what that comes from. */
export interface Goal {
  readonly most: number
  readonly reason: string
}

type Factors = Readonly<Partial<Record<Scenario, number>>>

/** In µs over what is written by hand on the same framework and client. A goal over a peer is that peer's cost. */
const overLimit: Factors = { R: 15, W: 30, login: 30, G: 5 }
/** As multiples of what is written by hand. */
const timesLimit: Readonly<Record<string, Factors>> = {
  memory: { R: 2, W: 2.5, login: 2.5 },
  'cookie, cold': { R: 2 },
}
/** As multiples of @fastify/secure-session. */
const timesSecureSession: Factors = { R: 1, W: 1.3, login: 1.3 }
const anonymous: Goal = { most: 3, reason: '3 µs' }

/** Returns the goal of a contender of ours in a scenario; `undefined` where nothing is asked or measured. */
export function goalOf(name: string, scenario: Scenario, results: Results): Goal | undefined {
  if (name.startsWith('Sojourn before')) return undefined
  const { kind = '', over: framework = '' } = contenders[name] ?? {}
  if (scenario === 'A') return anonymous
  const limitOf = (base: string) => results.over(`limit ${base} on ${framework}`, scenario)?.median
  const factor = timesLimit[kind]?.[scenario]
  if (factor !== undefined)
    return multiple(limitOf(kind.split(',', 1)[0] ?? ''), factor, 'the limit')
  if (kind === 'cookie') {
    const peer = results.over('@fastify/secure-session', scenario)?.median
    return multiple(peer, timesSecureSession[scenario], '@fastify/secure-session')
  }
  if (kind !== 'node-redis' && kind !== 'ioredis') return undefined
  const limit = limitOf(kind)
  const margin = overLimit[scenario]
  if (limit === undefined || margin === undefined) return undefined
  const peer = scenario === 'G' ? undefined : bestPeer(framework, scenario, results)
  return peer !== undefined && peer < limit + margin
    ? { most: peer, reason: 'the best peer' }
    : { most: limit + margin, reason: `the limit + ${margin} µs` }
}

/** A peer has no login of its own kind: its new session is the comparison. */
function bestPeer(framework: string, scenario: Scenario, results: Results): number | undefined {
  const costs = Object.entries(contenders)
    .filter(([, peer]) => peer.kind === 'peer redis' && peer.over === framework)
    .flatMap(([peer]) => results.over(peer, scenario)?.median ?? [])
  return costs.length > 0 ? Math.min(...costs) : undefined
}

function multiple(
  base: number | undefined,
  factor: number | undefined,
  what: string,
): Goal | undefined {
  if (base === undefined || factor === undefined) return undefined
  return { most: base * factor, reason: factor === 1 ? what : `${factor} × ${what}` }
}
