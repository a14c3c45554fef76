import { contenders } from '../contenders/targets.ts'
import {
  type Sample,
  type ServerProcess,
  startServer,
  type Traffic,
} from '../load/server-process.ts'
import { logIn, prepare, type Scenario } from './scenarios.ts'
import { type WarmUp, warmUp } from './warm-up.ts'

/** How much is measured. */
export interface Plan {
  /** The names of the contenders, all on one framework; its bare server is among them. */
  readonly names: readonly string[]
  readonly scenarios: readonly Scenario[]
  readonly redisPort: number
  /** How many users are logged in at each contender. */
  readonly population: number
  readonly warmUp: WarmUp
  /** How often each contender has its turn in each scenario, and for how long, in ms. */
  readonly turns: number
  readonly stretch: number
  /** How often the first requests of a new process are measured; 0 for not at all. */
  readonly coldStarts: number
  /** Called with what happens next. */
  readonly say: (line: string) => void
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
  readonly traffic: Readonly<Partial<Record<Scenario, Traffic>>>
  readonly isWarm: boolean
}

/** The first requests of a process, of which serverless users make up their bill. */
export const firstRequests = 2_000

/**
 * Starts the contenders, warms each up until its cost is flat, and then measures them in turn, scenario by scenario, so
 * that whatever slows the machine slows all of them.
 */
export async function measure(plan: Plan): Promise<readonly Measured[]> {
  const cold = await measureCold(plan)
  const warm: Warm[] = []
  for (const name of plan.names) warm.push(await start(name, plan))
  const samples = new Map<string, Sample[]>()
  for (let turn = 0; turn < plan.turns; turn++)
    for (const scenario of plan.scenarios) {
      plan.say(`turn ${turn + 1} of ${plan.turns}: ${scenario}`)
      for (const each of warm) await take(each, scenario)
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

  async function take({ name, server, touching, traffic }: Warm, scenario: Scenario) {
    const sent = traffic[scenario]
    const asked = scenario === 'R+touch' ? touching : server
    if (!sent || !asked) return
    const key = `${name} ${scenario}`
    const sample = await asked.load(sent, { ms: plan.stretch })
    samples.set(key, [...(samples.get(key) ?? []), sample])
  }
}

async function start(name: string, plan: Plan): Promise<Warm> {
  plan.say(`warm up ${name}`)
  const { redisPort, population } = plan
  const server = await startServer(name, { redisPort })
  const traffic = await prepare(name, server, population)
  const others = plan.scenarios.filter((scenario) => scenario !== 'R+touch')
  const isWarm = await warmUp(server, pick(traffic, others), plan.warmUp)
  if (!name.startsWith('Sojourn') || !plan.scenarios.includes('R+touch'))
    return { name, server, touching: undefined, traffic, isWarm }
  const touching = await startServer(name, { redisPort, isTouchAlwaysDue: true })
  const touched = { path: '/read', cookies: await logIn(touching, population) }
  const isTouchingWarm = await warmUp(touching, { 'R+touch': touched }, plan.warmUp)
  return {
    name,
    server,
    touching,
    traffic: { ...traffic, 'R+touch': touched },
    isWarm: isWarm && isTouchingWarm,
  }
}

/** Measures new processes: 300 logins, then reads and writes in turn. */
async function measureCold({ names, coldStarts, redisPort, say }: Plan) {
  const costs = new Map<string, number[]>()
  for (let round = 0; round < coldStarts; round++) {
    say(`first ${firstRequests} requests, ${round + 1} of ${coldStarts}`)
    for (const name of names) {
      const server = await startServer(name, { redisPort })
      costs.set(name, [...(costs.get(name) ?? []), await costOfFirst(server)])
      await server.stop()
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

/** Returns the names that all the words match, by framework. A framework's bare server is always among them. */
export function choose(words: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const patterns = words.map((word) => new RegExp(word, 'i'))
  const byFramework = new Map<string, string[]>()
  for (const [name, { over }] of Object.entries(contenders))
    if (patterns.every((pattern) => pattern.test(`${name} on ${over}`)) || name === `bare ${over}`)
      byFramework.set(over, [...(byFramework.get(over) ?? []), name])
  for (const [framework, names] of byFramework)
    if (names.length === 1) byFramework.delete(framework)
  return byFramework
}
