// A million requests to one server process: what lives in its heap afterwards must be what lived there before.
import { randomBytes, randomInt } from 'node:crypto'
import { startStandalone } from '@sojourn/redis-lab'
import { type ServerProcess, startServer, type Traffic } from '../load/server-process.ts'
import { choose } from '../measure/run.ts'
import { check, logIn } from '../measure/scenarios.ts'

/** The heap is measured after each round of so many requests. */
const round = 100_000
/** The kinds of requests take turns this often in a round. */
const slices = 50
/** From this round on the heap must stay: then a memory store is as full as it gets, at its default of 100,000. */
const steadyFrom = 2
/** What the last heap may be above that of the first steady round: a share, and bytes. */
const margin = { share: 0.05, bytes: 4 * 2 ** 20 }
/** Browsers that come back all the time. */
const population = 2_000

/** The kinds of requests, by their share in a round. Two of three begin a session. */
const mix: readonly { readonly share: number; readonly traffic: (known: string[]) => Traffic }[] = [
  { share: 0.12, traffic: (known) => ({ path: '/read', cookies: known }) },
  { share: 0.1, traffic: (known) => ({ path: '/write', cookies: known }) },
  { share: 0.35, traffic: () => ({ path: '/login', cookies: [] }) },
  { share: 0.3, traffic: () => ({ path: '/write', cookies: [] }) },
  { share: 0.03, traffic: () => ({ path: '/plain', cookies: [] }) },
  { share: 0.05, traffic: (known) => ({ path: '/read', cookies: known.map(withOtherEnd) }) },
  { share: 0.05, traffic: (known) => ({ path: '/read', cookies: known.map(withOtherValue) }) },
]

/**
 * Sends so many requests to each of Sojourn's servers that the words choose, or of other contenders that they name. Prints
 * the heap after each round; a heap that has grown sets the exit code to 1.
 */
export async function soak(words: readonly string[], requests: number): Promise<void> {
  const chosen = [...choose(words.length > 0 ? words : ['Sojourn'], { before: false }).values()]
  const names = chosen.flat().filter((name) => !/^(bare|limit)/.test(name))
  const redis = await startStandalone()
  for (const name of names) {
    const { port: redisPort } = redis.address
    const server = await startServer(name, { redisPort, flags: ['--expose-gc'] })
    await check(name, server)
    const heaps = await heapsOf(server, { rounds: Math.ceil(requests / round), name })
    await server.stop()
    await redis.nodes[0]?.command('FLUSHALL')
    report(name, heaps)
  }
  await redis.stop()
}

/** Returns the bytes in use after each round, after a collection. */
async function heapsOf(
  server: ServerProcess,
  { rounds, name }: { readonly rounds: number; readonly name: string },
): Promise<number[]> {
  const known = await logIn(server, population)
  const heaps: number[] = []
  for (let index = 1; index <= rounds; index++) {
    for (let slice = 0; slice < slices; slice++)
      for (const { share, traffic } of mix)
        await server.load(traffic(fromAnywhere(known)), { requests: (share * round) / slices })
    heaps.push(await server.heap())
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${name}: ${index} of ${rounds}`)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  return heaps
}

function report(name: string, heaps: readonly number[]): void {
  const [steady = 0, last = 0] = [heaps[steadyFrom - 1], heaps.at(-1)]
  const most = steady * (1 + margin.share) + margin.bytes
  const verdict = last <= most ? 'flat' : 'GROWN'
  const series = heaps.map(mebibytes).join(' ')
  console.log(`${verdict} ${name}: ${series} MiB; at most ${mebibytes(most)} at the end`)
  if (last > most) process.exitCode = 1
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}

/** Returns the same in another order, so that few requests in a row meet all of them in the end. */
function fromAnywhere(cookies: readonly string[]): string[] {
  const from = randomInt(cookies.length)
  return [...cookies.slice(from), ...cookies.slice(0, from)]
}

/** Returns a cookie that no server made: as the one given, with another end each time. */
function withOtherEnd(cookie: string): string {
  return cookie.slice(0, -8) + randomBytes(6).toString('base64url')
}

/** Returns a cookie that no server made: of the same name and length, with another value each time. */
function withOtherValue(cookie: string): string {
  const [name = '', value = ''] = cookie.split('=', 2)
  return `${name}=${randomBytes(value.length).toString('base64url').slice(0, value.length)}`
}
