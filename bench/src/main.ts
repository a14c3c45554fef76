// What a session costs: server CPU per request over the bare framework.
//
//   pnpm bench [WORD…] [--quick] [--write]
//
// Words choose contenders: `pnpm bench Hono redis`. `--quick` takes three minutes: R, W and login on Hono and Express.
// `--write` puts the figures of a whole run into docs/explanation/performance.md.
import { parseArgs } from 'node:util'
import { startStandalone } from '@sojourn/redis-lab'
import { connectNodeRedis } from './contenders/clients.ts'
import { choose, type Measured, measure } from './measure/run.ts'
import { allScenarios } from './measure/scenarios.ts'
import { microTable } from './micro/micro.ts'
import { writePage } from './report/page.ts'
import { resultsOf } from './report/results.ts'
import { tablesOf } from './report/tables.ts'

const { values: flags, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})

const whole = {
  scenarios: allScenarios,
  population: 300,
  warmUp: { stretch: 400, most: 60_000 },
  turns: 5,
  stretch: 1_000,
  coldStarts: 3,
}
const quick = {
  scenarios: ['R', 'W', 'login'] as const,
  population: 100,
  warmUp: { stretch: 250, most: 8_000 },
  turns: 3,
  stretch: 300,
  coldStarts: 0,
}
const { scenarios, ...terms } = flags.quick ? quick : whole
const chosen = choose(flags.quick && words.length === 0 ? ['Hono', 'redis|memory|cookie'] : words)

const micro = await microTable(flags.quick ? 300 : 1_500)
console.log(`${micro}\n`)
const redis = await startStandalone()
const measured: Measured[] = []
for (const [framework, names] of chosen) {
  const { port: redisPort } = redis.address
  measured.push(...(await measure({ ...terms, scenarios, names, redisPort, say })))
  say('')
  console.log(`${tablesOf(framework, scenarios, resultsOf(measured))}\n`)
}
if (flags.write) {
  const { turns, stretch } = terms
  const circumstances = {
    redisVersion: await redisVersion(redis.address.port),
    turns,
    stretch,
    micro,
  }
  await writePage([...chosen.keys()], resultsOf(measured), circumstances)
}
await redis.stop()

/** Shows what happens next in one line of the terminal; a log gets nothing of it. */
function say(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`)
}

async function redisVersion(port: number): Promise<string> {
  process.env['REDIS_PORT'] = String(port)
  const client = await connectNodeRedis()
  const info = await client.info('server')
  client.destroy()
  return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
}
