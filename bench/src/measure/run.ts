import { contenders } from '../contenders/targets.ts'
import {
  type Sample,
  type ServerProcess,
  startServer,
  type Traffic,
} from '../load/server-process.ts'
import type { Progress } from './progress.ts'
import { check, logIn, type Scenario, trafficOf } from './scenarios.ts'
import { type WarmUp, warmUp } from './warm-up.ts'

/** How much is measured of each contender. */
export interface Terms {
  readonly scenarios: readonly Scenario[]
  /** How many users are logged in at each contender. */
  readonly population: number
  readonly warmUp: WarmUp
  /** How often each contender has its turn in each scenario, and for how long, in ms. */
  readonly turns: number
  readonly stretch: number
  /** How often the first requests of a new process are measured; 0 for not at all. */
  readonly coldStarts: number
}

/** What is measured. */
export interface Plan extends Terms {
  /** The names of the contenders, all on one framework; its bare server is among them. */
  readonly names: readonly string[]
  readonly redisPort: number
  readonly progress: Progress
}

/** The stretches of each scenario, one per turn. */
type Samples = Readonly<Partial<Record<Scenario, readonly Sample[]>>>

type MutableSamples = Partial<Record<Scenario, Sample[]>>

/** What was measured of one contender. */
export interface Measured {
  readonly name: string
  readonly samples: Samples
  /** The stretches of the bare framework, each just before the contender's own. */
  readonly bare: Samples
  /** µs of CPU per request over the first requests of a new process, one figure per start. */
  readonly cold: readonly number[]
  /** False if the cost was still changing when its time to warm up was over. */
  readonly isWarm: boolean
}

/** The first requests of a process, of which serverless users make up their bill. */
export const firstRequests = 2_000

/** How long a server gets its traffic before it is measured, in ms: the other one has had the caches of the processor. */
const leadIn = 50

/** What the steps should take, in ms, to tell how long the rest takes. */
const expected = {
  coldStart: 2_000,
  warmUp: ({ warmUp }: Terms) => 0.7 * warmUp.most,
  logins: 300,
  pair: ({ stretch }: Terms) => 2 * (leadIn + stretch),
}

/** Returns about how long `measure` takes, in ms. */
export function expectedDuration(names: readonly string[], terms: Terms): number {
  const touched = names.filter((name) => isTouched(name, terms)).length
  const servers = names.length + touched
  const others = terms.scenarios.filter((scenario) => scenario !== 'R+touch')
  const pairs = (names.length - 1) * others.length + touched
  return (
    terms.coldStarts * names.length * expected.coldStart +
    servers * (expected.warmUp(terms) + terms.turns * expected.logins) +
    terms.turns * pairs * expected.pair(terms)
  )
}

/**
 * Measures each contender beside the bare server of the framework: the two take turns within half a second, so that
 * whatever slows the machine slows both, and neither is idle for longer. (When all contenders of a framework took turns,
 * each was idle for ten seconds at a time, and the same read cost up to four times as much.)
 */
export async function measure(plan: Plan): Promise<readonly Measured[]> {
  const cold = await measureCold(plan)
  const measured: Measured[] = []
  const [bareName = '', ...names] = plan.names.toSorted(
    (a, b) => Number(isBare(b)) - Number(isBare(a)),
  )
  const bare = await startWarm(bareName, plan.scenarios, plan)
  const bareSamples: MutableSamples = {}
  for (const name of names) {
    const each = { ...(await measureBeside(bare, name, plan)), cold: cold.get(name) ?? [] }
    measured.push(each)
    for (const scenario of plan.scenarios)
      for (const sample of each.bare[scenario] ?? []) add(bareSamples, scenario, sample)
  }
  await bare.server.stop()
  const ofBare = { samples: bareSamples, bare: bareSamples, cold: cold.get(bareName) ?? [] }
  return [{ name: bareName, ...ofBare, isWarm: bare.isWarm }, ...measured]
}

function isBare(name: string): boolean {
  return name.startsWith('bare')
}

function add(samples: MutableSamples, scenario: Scenario, sample: Sample): void {
  samples[scenario] = [...(samples[scenario] ?? []), sample]
}

/** Measures one contender, with new sessions in each turn: no token gets so old that it is replaced. */
async function measureBeside(
  bare: WarmServer,
  name: string,
  plan: Plan,
): Promise<Omit<Measured, 'cold'>> {
  const others = plan.scenarios.filter((scenario) => scenario !== 'R+touch')
  const usual = await startWarm(name, others, plan)
  const touching = isTouched(name, plan) ? await startWarm(name, ['R+touch'], plan) : undefined
  const mine: MutableSamples = {}
  const beside: MutableSamples = {}
  for (let turn = 1; turn <= plan.turns; turn++)
    for (const { server, scenarios } of touching ? [usual, touching] : [usual]) {
      plan.progress.say(`${name}, turn ${turn} of ${plan.turns}`)
      const traffic = await trafficOf(name, server, plan.population)
      const bareTraffic = await trafficOf(bare.name, bare.server, plan.population)
      plan.progress.done(expected.logins)
      for (const scenario of scenarios) {
        add(beside, scenario, await sampleOf(bare.server, bareTraffic[scenario], plan))
        add(mine, scenario, await sampleOf(server, traffic[scenario], plan))
        plan.progress.done(expected.pair(plan))
      }
    }
  await Promise.all([usual.server.stop(), touching?.server.stop()])
  const isWarm = usual.isWarm && touching?.isWarm !== false
  return { name, samples: mine, bare: beside, isWarm }
}

async function sampleOf(
  server: ServerProcess,
  traffic: Traffic,
  { stretch }: Terms,
): Promise<Sample> {
  await server.load(traffic, { ms: leadIn })
  return server.load(traffic, { ms: stretch })
}

interface WarmServer {
  readonly name: string
  readonly server: ServerProcess
  readonly scenarios: readonly Scenario[]
  readonly isWarm: boolean
}

/** Starts a server and warms it up for the scenarios. */
async function startWarm(
  name: string,
  scenarios: readonly Scenario[],
  plan: Plan,
): Promise<WarmServer> {
  plan.progress.say(`warm up ${name}`)
  const isTouchAlwaysDue = scenarios.length === 1 && scenarios.includes('R+touch')
  const server = await startServer(name, { redisPort: plan.redisPort, isTouchAlwaysDue })
  await check(name, server)
  const traffic = await trafficOf(name, server, plan.population)
  const isWarm = await warmUp(server, pick(traffic, scenarios), plan.warmUp)
  plan.progress.done(expected.warmUp(plan))
  return { name, server, scenarios, isWarm }
}

/** Peers and limits have no touch that could be due. */
function isTouched(name: string, { scenarios }: Terms): boolean {
  return name.startsWith('Sojourn') && scenarios.includes('R+touch')
}

/** Measures new processes: 300 logins, then reads and writes in turn. */
async function measureCold({ names, coldStarts, redisPort, progress }: Plan) {
  const costs = new Map<string, number[]>()
  for (let round = 0; round < coldStarts; round++) {
    for (const name of names) {
      progress.say(`first ${firstRequests} requests of ${name}, ${round + 1} of ${coldStarts}`)
      const server = await startServer(name, { redisPort })
      costs.set(name, [...(costs.get(name) ?? []), await costOfFirst(server)])
      await server.stop()
      progress.done(expected.coldStart)
    }
  }
  return costs
}

async function costOfFirst(server: ServerProcess): Promise<number> {
  const before = await server.cpu()
  const cookies = await logIn(server, 0.15 * firstRequests)
  for (const [path, share] of [
    ['/read', 0.3],
    ['/write', 0.25],
    ['/read', 0.3],
  ] as const)
    await server.load({ path, cookies }, { requests: share * firstRequests })
  return ((await server.cpu()) - before) / firstRequests
}

function pick<Key extends string, Value>(
  all: Readonly<Partial<Record<Key, Value>>>,
  keys: readonly Key[],
): Partial<Record<Key, Value>> {
  const picked: Partial<Record<Key, Value>> = {}
  for (const key of keys) {
    const value = all[key]
    if (value !== undefined) picked[key] = value
  }
  return picked
}

/**
 * Returns the names that all the words match, by framework. A framework's bare server is always among them.
 * @param options `before`: true if there is a build from before to compare with
 */
export function choose(
  words: readonly string[],
  { before }: { readonly before: boolean },
): ReadonlyMap<string, readonly string[]> {
  const patterns = words.map((word) => new RegExp(word, 'i'))
  const byFramework = new Map<string, string[]>()
  for (const [name, { over }] of Object.entries(contenders)) {
    const isThere = before || !name.startsWith('Sojourn before')
    const isChosen = isThere && patterns.every((pattern) => pattern.test(`${name} on ${over}`))
    if (isChosen || name === `bare ${over}`)
      byFramework.set(over, [...(byFramework.get(over) ?? []), name])
  }
  for (const [framework, names] of byFramework)
    if (names.length === 1) byFramework.delete(framework)
  return byFramework
}
