// What a sealed session costs: server CPU per request over the bare framework, medians of interleaved repetitions.
import { equal } from 'node:assert/strict'
import { type Running, start } from './client.ts'
import { contenders } from './contenders.ts'

const requests = Number(process.env['REQUESTS'] ?? 2000)
const repetitions = Number(process.env['REPETITIONS'] ?? 5)
const scenarios = ['read', 'write', 'login'] as const
type Scenario = (typeof scenarios)[number]

const names = Object.keys(contenders)
const samples = new Map<string, number[]>()
const keyOf = (name: string, scenario: Scenario) => `${name} ${scenario}`

for (let repetition = 0; repetition < repetitions; repetition++) {
  for (const name of names) {
    const running = await start(name)
    const cookie = await check(name, running)
    for (const scenario of scenarios) {
      const sent = scenario === 'login' ? '' : cookie
      await running.cost(`/${scenario}`, sent, requests) // warms up
      const cost = await running.cost(`/${scenario}`, sent, requests)
      samples.set(keyOf(name, scenario), [...(samples.get(keyOf(name, scenario)) ?? []), cost])
    }
    running.stop()
  }
}

console.log(
  `µs of server CPU per request over the bare framework; medians of ${repetitions} × ${requests} requests\n`,
)
console.log('| | read | write | login |\n|---|---:|---:|---:|')
for (const name of names) {
  const base = contenders[name]?.over ?? ''
  const cells = scenarios.map((scenario) => {
    const over = name === base ? 0 : median(keyOf(base, scenario))
    return Math.round(median(keyOf(name, scenario)) - over)
  })
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}

/** Whether a contender keeps a session at all, before it is timed; answers the cookie of one. */
async function check(name: string, { ask }: Running): Promise<string> {
  const { body, cookie } = await ask('/login')
  equal(body, 'in')
  const written = await ask('/write', cookie)
  equal(written.body, '2', `${name} writes`)
  if (name.startsWith('bare')) return ''
  equal((await ask('/read', cookie)).body, '1', `${name} reads`)
  equal((await ask('/read', written.cookie)).body, '2', `${name} keeps what was written`)
  equal(
    (await ask('/read', cookie.replace(/.{8}$/, 'AAAAAAAA'))).body === '1',
    false,
    `${name} refuses a forgery`,
  )
  return cookie
}

function median(key: string): number {
  const sorted = (samples.get(key) ?? []).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
