// Where the time of a request goes: CPU profiles of warm servers, as µs per request.
import { startStandalone } from '@sojourn/redis-lab'
import { markdownTable } from 'markdown-table'
import type { SelfTimes } from '../load/profiler.ts'
import { type ServerProcess, startServer, type Traffic } from '../load/server-process.ts'
import { choose } from '../measure/run.ts'
import { trafficOf } from '../measure/scenarios.ts'

const population = 300
const scenarios = ['R', 'W', 'login', 'A'] as const
const requests = { warmUp: 20_000, profiled: 20_000 }
/** How many functions are listed. */
const most = 20

/** Profiles the contenders that the words choose, and prints a table of each scenario. */
export async function profile(words: readonly string[]): Promise<void> {
  const redis = await startStandalone()
  for (const names of choose(words, { before: false }).values())
    for (const name of names.filter((each) => !each.startsWith('bare'))) {
      const server = await startServer(name, { redisPort: redis.address.port })
      const traffic = await trafficOf(name, server, population)
      for (const scenario of scenarios)
        console.log(
          `${tableOf(`${scenario}, ${name}`, await profileOf(server, traffic[scenario]))}\n`,
        )
      await server.stop()
    }
  await redis.stop()
}

/** Returns µs per request by function, of a warm server. */
async function profileOf(server: ServerProcess, traffic: Traffic): Promise<SelfTimes> {
  await server.load(traffic, { requests: requests.warmUp })
  const times = await server.profile(() => server.load(traffic, { requests: requests.profiled }))
  const busy = Object.entries(times).filter(([name]) => name !== '(idle)')
  return Object.fromEntries(busy.map(([name, time]) => [name, time / requests.profiled]))
}

function tableOf(title: string, times: SelfTimes): string {
  const byOwner = new Map<string, number>()
  for (const [name, time] of Object.entries(times))
    byOwner.set(ownerOf(name), (byOwner.get(ownerOf(name)) ?? 0) + time)
  const rows = [...descending([...byOwner]), ...descending(Object.entries(times)).slice(0, most)]
  return markdownTable(
    [[`${title}, µs per request`, ''], ...rows.map(([name, time]) => [name, time.toFixed(1)])],
    { align: ['l', 'r'] },
  )
}

/** Returns whose code a function is: `all of sojourn/core`, `all of hono`, `all of node`; natives have no place. */
function ownerOf(name: string): string {
  const place = /\S+:\d+$/.exec(name)?.[0]
  if (name === '(garbage collector)') return `all of ${name}`
  if (place === undefined) return 'all of V8 and natives'
  if (place.startsWith('node:')) return 'all of node'
  const [scope = '', rest] = place.split('/')
  return `all of ${scope === 'sojourn' || scope.startsWith('@') ? `${scope}/${rest}` : scope}`
}

function descending(
  entries: readonly (readonly [string, number])[],
): readonly (readonly [string, number])[] {
  return entries.toSorted(([, a], [, b]) => b - a)
}
