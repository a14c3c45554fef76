import { equal } from 'node:assert/strict'
import type { SessionManager } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'
import { nodeRedisBackend } from '@sojourn/store-node-redis'
import { connectNodeRedis } from '../contenders/clients.ts'
import { RequestCarrier } from '../in-process/carrier.ts'
import { spreadOf } from '../measure/statistics.ts'
import type { Meter } from './cost.ts'
import { type Line, Lines } from './lines.ts'
import { managerOf } from './subjects.ts'

type Data = Record<string, number>
type Manager = SessionManager<Data>

const backends: Readonly<Record<string, () => Promise<SessionBackend> | SessionBackend>> = {
  'Sojourn memory': () => memoryBackend(),
  'Sojourn node-redis': async () => nodeRedisBackend(await connectNodeRedis()),
}

/** How often all writers write at once: few times, because on a server each they wait for each other. */
const repeats = 30

/**
 * So many requests change different keys of one session at once, on one server or on one each: how long it takes until all
 * have, in ms, how often the store is asked to write, and how often that conflicts.
 */
export async function ofWriters(
  name: string,
  sizes: readonly number[],
  meter: Meter,
): Promise<readonly Line[]> {
  const create = backends[name]
  if (!create) throw new Error(`There is no backend of ${name}`)
  const lines = new Lines(name)
  await race([managerOf<Data>(keyedStore(await create()))], 4, 500) // the warm-up
  for (const x of sizes)
    for (const [where, servers] of Object.entries({ 'one server': 1, 'a server each': x })) {
      await meter.redis?.flush()
      const counts = { writes: 0, conflicts: 0 }
      const backend = countWrites(await create(), counts)
      const managers = Array.from({ length: servers }, () => managerOf<Data>(keyedStore(backend)))
      const times = await race(managers, x, repeats)
      lines.add(`ms, ${where}`, { x, y: spreadOf(times).median })
      for (const [what, count] of Object.entries(counts))
        lines.add(`${what}, ${where}`, { x, y: count / repeats })
    }
  return lines.all()
}

/** Returns the backend, whose `replace` is counted. */
function countWrites(
  backend: SessionBackend,
  counts: { writes: number; conflicts: number },
): SessionBackend {
  return {
    ...backend,
    async replace(id, row, call) {
      counts.writes++
      const outcome = await backend.replace(id, row, call)
      if (typeof outcome === 'object') counts.conflicts++
      return outcome
    },
  }
}

/** Lets all writers write at once, `times` times, and returns how long each time took, in ms. */
async function race(
  managers: readonly Manager[],
  writers: number,
  times: number,
): Promise<number[]> {
  const at = (n: number) => managers[n % managers.length] as Manager
  const cookie = await write(at(0), undefined, 'first', 0)
  const took: number[] = []
  for (let time = 1; time <= times; time++) {
    const start = performance.now()
    const all = Array.from({ length: writers }, (_, n) => write(at(n), cookie, `key${n}`, time))
    await Promise.all(all)
    took.push(performance.now() - start)
    const { data } = await at(0).load(new RequestCarrier(cookie))
    for (let n = 0; n < writers; n++) equal(data[`key${n}`], time, 'Every change is kept')
  }
  return took
}

async function write(
  manager: Manager,
  cookie: string | undefined,
  key: string,
  value: number,
): Promise<string | undefined> {
  const carrier = new RequestCarrier(cookie)
  const session = await manager.load(carrier)
  session.data[key] = value
  await manager.commit(session, carrier)
  return carrier.cookie() ?? cookie
}
