import { contenders } from '../contenders/targets.ts'
import { type Sample, type ServerProcess, startServer } from '../load/server-process.ts'
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

/** What was measured of one contender: the samples of each scenario, one per turn. */
export interface Measured {
  readonly name: string
  readonly samples: Readonly<Partial<Record<Scenario, readonly Sample[]>>>
  /** µs of CPU per request over the first requests of a new process, one figure per start. */
  readonly cold: readonly number[]
  /** False if the cost was still changing when its time to warm up was over. */
  readonly isWarm: boolean
}

interface Warm {
  readonly name: string
  readonly server: ServerProcess
  /** The server on which a touch is always due; `undefined` where there is none. */
  readonly touching: ServerProcess | undefined
  readonly isWarm: boolean
}

/** The first requests of a process, of which serverless users make up their bill. */
export const firstRequests = 2_000

/**
 * How long a contender gets its traffic before it is measured, in ms. While the others had their turns it was idle: V8 has
 * shrunk its heap, and the caches of the processor hold the others.
 */
const leadIn = 200

/** What the steps should take, in ms, to tell how long the rest takes. */
const expected = {
  coldStart: 2_000,
  warmUp: ({ warmUp }: Terms) => 0.7 * warmUp.most,
  logins: 300,
}

/** Returns about how long `measure` takes, in ms. */
export function expectedDuration(names: readonly string[], terms: Terms): number {
  const touched = names.filter((name) => isTouched(name, terms)).length
  const servers = names.length + touched
  const others = terms.scenarios.filter((scenario) => scenario !== 'R+touch')
  const samples = names.length * others.length + touched
  return (
    terms.coldStarts * names.length * expected.coldStart +
    servers * expected.warmUp(terms) +
    terms.turns * (samples * (leadIn + terms.stretch) + servers * expected.logins)
  )
}

/**
 * Starts the contenders, warms each up until its cost is flat, and then measures them in turn, scenario by scenario, so
 * that whatever slows the machine slows all of them. Each turn has new sessions: no token gets so old that it is replaced.
 */
export async function measure(plan: Plan): Promise<readonly Measured[]> {
  const { progress, population, stretch } = plan
  const cold = await measureCold(plan)
  const warm: Warm[] = []
  for (const name of plan.names) warm.push(await start(name, plan))
  const samples = new Map<string, Sample[]>()
  for (let turn = 1; turn <= plan.turns; turn++) {
    const traffics = new Map<ServerProcess, Awaited<ReturnType<typeof trafficOf>>>()
    for (const { name, server, touching } of warm)
      for (const each of touching ? [server, touching] : [server]) {
        progress.say(`turn ${turn} of ${plan.turns}: new sessions`)
        traffics.set(each, await trafficOf(name, each, population))
        progress.done(expected.logins)
      }
    for (const scenario of plan.scenarios)
      for (const { name, server, touching } of warm) {
        progress.say(`turn ${turn} of ${plan.turns}: ${scenario}`)
        const asked = scenario === 'R+touch' ? touching : server
        const traffic = asked && traffics.get(asked)?.[scenario]
        if (!traffic) continue
        add(samples, `${name} ${scenario}`, await asked.load(traffic, { ms: stretch }))
        progress.done(stretch)
      }
  }
  await Promise.all(warm.flatMap(({ server, touching }) => [server.stop(), touching?.stop()]))
  return warm.map(({ name, isWarm }) => ({
    name,
    isWarm,
    cold: cold.get(name) ?? [],
    samples: Object.fromEntries(
      plan.scenarios.map((scenario) => [scenario, samples.get(`${name} ${scenario}`) ?? []]),
    ),
  }))
}

async function start(name: string, plan: Plan): Promise<Warm> {
  const { scenarios } = plan
  const others = scenarios.filter((scenario) => scenario !== 'R+touch')
  const [server, isWarm] = await startWarm(name, others, plan)
  if (!isTouched(name, plan)) return { name, server, touching: undefined, isWarm }
  const [touching, isTouchingWarm] = await startWarm(name, ['R+touch'], plan)
  return { name, server, touching, isWarm: isWarm && isTouchingWarm }
}

/** Starts a server and warms it up for the scenarios. */
async function startWarm(
  name: string,
  scenarios: readonly Scenario[],
  plan: Plan,
): Promise<[server: ServerProcess, isWarm: boolean]> {
  plan.progress.say(`warm up ${name}`)
  const isTouchAlwaysDue = scenarios.includes('R+touch')
  const server = await startServer(name, { redisPort: plan.redisPort, isTouchAlwaysDue })
  await check(name, server)
  const traffic = await trafficOf(name, server, plan.population)
  const isWarm = await warmUp(server, pick(traffic, scenarios), plan.warmUp)
  plan.progress.done(expected.warmUp(plan))
  return [server, isWarm]
}

/** Peers and limits have no touch that could be due. */
function isTouched(name: string, { scenarios }: Terms): boolean {
  return name.startsWith('Sojourn') && scenarios.includes('R+touch')
}

function add(samples: Map<string, Sample[]>, key: string, sample: Sample): void {
  samples.set(key, [...(samples.get(key) ?? []), sample])
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
