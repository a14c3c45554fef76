import { contenders } from '../contenders/targets.ts'
import type { Measured } from '../measure/run.ts'
import type { Scenario } from '../measure/scenarios.ts'
import { type Spread, spreadOf } from '../measure/statistics.ts'

/** What was measured, as the reports ask for it. All costs are µs of server CPU per request. */
export interface Results {
  /** All contenders, in the order of the tables. */
  readonly names: readonly string[]
  /** What the framework alone costs. */
  bare(name: string, scenario: Scenario): Spread | undefined
  /** What a contender costs over its bare framework, turn by turn; `undefined` where it was not measured. */
  over(name: string, scenario: Scenario): Spread | undefined
  /** The time that one of a hundred requests exceeds, in ms. */
  p99(name: string, scenario: Scenario): number | undefined
  /** The bytes of a response over those of the bare framework. */
  bytes(name: string, scenario: Scenario): number | undefined
  /** What the first requests of a new process cost, over the bare framework. */
  cold(name: string): Spread | undefined
  isWarm(name: string): boolean
}

/** Returns the results of the frameworks that were measured. */
export function resultsOf(measured: readonly Measured[]): Results {
  const byName = new Map(measured.map((each) => [each.name, each]))
  const bareOf = (name: string) => byName.get(`bare ${contenders[name]?.over}`)
  const bareSamples = (name: string, scenario: Scenario) => byName.get(name)?.bare[scenario]
  const samples = (name: string, scenario: Scenario) => byName.get(name)?.samples[scenario] ?? []

  return {
    names: measured.map(({ name }) => name),
    bare: (name, scenario) => spread(bareSamples(name, scenario)?.map(({ cost }) => cost)),
    over: (name, scenario) =>
      spread(difference(costs(samples(name, scenario)), costs(bareSamples(name, scenario)))),
    p99: (name, scenario) => spread(samples(name, scenario).map(({ p99 }) => p99))?.median,
    bytes(name, scenario) {
      const mine = samples(name, scenario)[0]?.bytes
      const plain = bareSamples(name, scenario)?.[0]?.bytes
      return mine === undefined || plain === undefined ? undefined : mine - plain
    },
    cold: (name) => spread(difference(byName.get(name)?.cold ?? [], bareOf(name)?.cold ?? [])),
    isWarm: (name) => byName.get(name)?.isWarm ?? false,
  }
}

function costs(samples: readonly { readonly cost: number }[] | undefined): readonly number[] {
  return samples?.map(({ cost }) => cost) ?? []
}

/** The turns of both, pair by pair: what slowed one slowed the other. */
function difference(mine: readonly number[], bare: readonly number[]): readonly number[] {
  return mine.slice(0, bare.length).map((cost, turn) => cost - (bare[turn] ?? 0))
}

function spread(values: readonly number[] | undefined): Spread | undefined {
  return values?.length ? spreadOf(values) : undefined
}
