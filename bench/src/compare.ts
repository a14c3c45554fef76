import { resolve } from 'node:path'
import { startStandalone } from '@sojourn/redis-lab'
import { redisVersion } from './contenders/clients.ts'
import { microTable } from './in-process/micro.ts'
import { leaveServersTheirCore } from './load/cores.ts'
import { Progress } from './measure/progress.ts'
import { choose, expectedDuration, type Measured, measure, type Terms } from './measure/run.ts'
import { allScenarios } from './measure/scenarios.ts'
import { writePage } from './report/page.ts'
import { resultsOf } from './report/results.ts'
import { tablesOf } from './report/tables.ts'

const whole: Terms = {
  scenarios: allScenarios,
  population: 300,
  warmUp: { stretch: 250, most: 12_000 },
  turns: 7,
  stretch: 200,
  coldStarts: 3,
}
const quick: Terms = {
  scenarios: ['R', 'W', 'login'],
  population: 100,
  warmUp: { stretch: 200, most: 5_000 },
  turns: 5,
  stretch: 200,
  coldStarts: 0,
}

/** How the comparison is made. */
interface CompareOptions {
  /** True: less of everything, and without words on Hono alone. */
  readonly quick: boolean
  /** True: puts the figures into docs/explanation/performance.md. */
  readonly write: boolean
  /** The path of another checkout that has been built, whose rows come beside those of this one. */
  readonly before: string | undefined
}

/** Measures the contenders that the words choose, framework by framework, and prints the tables. */
export async function compare(words: readonly string[], options: CompareOptions): Promise<void> {
  const from = process.env['INIT_CWD'] ?? '.' // pnpm runs this in the folder of the bench
  const before = options.before === undefined ? undefined : resolve(from, options.before)
  const terms = options.quick ? quick : whole
  const isDefault = options.quick && words.length === 0
  const chosen = choose(isDefault ? ['Hono', 'redis|memory|cookie'] : words, {
    before: before !== undefined,
  })
  if (before !== undefined) process.env['BEFORE'] = before // for the servers

  const micro = await microTable(options.quick ? 250 : 1_000, before)
  console.log(`${micro}\n`)
  leaveServersTheirCore()
  const redis = await startStandalone()
  const { port: redisPort } = redis.address
  const durations = [...chosen.values()].map((names) => expectedDuration(names, terms))
  const progress = new Progress(durations.reduce((sum, ms) => sum + ms, 0))
  const measured: Measured[] = []
  for (const [framework, names] of chosen) {
    measured.push(...(await measure({ ...terms, names, redisPort, progress })))
    progress.clear()
    console.log(`${tablesOf(framework, terms.scenarios, resultsOf(measured))}\n`)
  }
  if (options.write) {
    const { turns, stretch } = terms
    const version = await redisVersion(redisPort)
    const circumstances = { redisVersion: version, turns, stretch, micro }
    await writePage([...chosen.keys()], resultsOf(measured), circumstances)
  }
  await redis.stop()
}
