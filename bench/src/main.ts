// What a session costs: server CPU per request over the bare framework, lowest less lowest of interleaved repetitions.
import { startStandalone } from '@sojourn/redis-lab'
import { start } from './client.ts'
import { report } from './report.ts'
import { prepare, scenarios } from './scenarios.ts'
import { contenders } from './targets.ts'

const requests = Number(process.env['REQUESTS'] ?? 4000)
const repetitions = Number(process.env['REPETITIONS'] ?? 4)
const words = process.argv.slice(2)
const isChosen = (name: string) => words.every((word) => new RegExp(word, 'i').test(name))
const chosen = Object.keys(contenders).filter(isChosen)
const lowest = new Map<string, number>()

const redis = await startStandalone()
for (let repetition = 0; repetition < repetitions; repetition++)
  for (const name of chosen) await measure(name)
await redis.stop()
console.log(
  `µs of server CPU per request over the bare framework (itself in brackets); lowest less lowest of ${repetitions} × ${requests} requests\n`,
)
console.log(report(chosen, lowest))

async function measure(name: string): Promise<void> {
  const running = await start(name, redis.address.port)
  const traffic = await prepare(name, running)
  for (const pass of ['warm', 'timed', 'timed'] as const)
    for (const scenario of scenarios) {
      const { path, cookies } = traffic[scenario]
      const cost = await running.cost(path, cookies, requests)
      if (pass === 'timed') keep(`${name} ${scenario}`, cost)
    }
  await running.stop()
}

function keep(key: string, cost: number): void {
  lowest.set(key, Math.min(cost, lowest.get(key) ?? Number.POSITIVE_INFINITY))
}
