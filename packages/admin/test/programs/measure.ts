// Measures the admin page over Redis: `measure.ts 1000000`. Prints the time of a scan, the longest block of the server's event
// loop and of Redis meanwhile, how long other requests waited, and when Chromium first painted the page. With PREFER=yes, on a
// machine that does other work too, server and Redis come before all of it once the sessions are there.
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startStandalone } from '@sojourn/redis-lab'
import { chromium } from 'playwright-core'

const count = Number(process.argv[2] ?? 10_000)
const redis = await startStandalone(['latency-tracking yes', 'slowlog-log-slower-than 1000'])
const { port } = redis.address
const isPreferred = process.env['PREFER'] !== undefined
const start = (name: string, ...args: (string | number)[]) =>
  fork(join(import.meta.dirname, name), args.map(String), {
    ...(isPreferred && name === 'server.ts'
      ? { execPath: 'chrt', execArgv: ['--rr', '1', process.execPath, ...process.execArgv] }
      : { execArgv: process.execArgv }),
  })

const filling = performance.now()
const [code] = await once(start('fill.ts', port, count), 'close')
if (code !== 0) throw new Error(`fill.ts ended with ${code}`)
print('sessions made in', performance.now() - filling)

const server = start('server.ts', port)
const info = String(await redis.nodes[0]?.command('INFO', 'server'))
if (isPreferred)
  spawnSync('chrt', ['--all-tasks', '--rr', '--pid', '1', /process_id:(\d+)/.exec(info)?.[1] ?? ''])
const [{ port: ownPort }] = await once(server, 'message')
const url = `http://127.0.0.1:${ownPort}`
await wait(1_000)
await once(ask('begin'), 'message')
await wait(2_000)
report('idle', await reply(ask('end')))

await redis.nodes[0]?.command('CONFIG', 'RESETSTAT')
await once(ask('begin'), 'message')
const pings = startPings()
let started = performance.now()
const scan = await reply(ask('scan'))
print('scan() of all, without data', performance.now() - started)
report('… meanwhile', scan)

await once(ask('begin'), 'message')
started = performance.now()
await (await fetch(`${url}/?api=stats&fresh`)).text()
print('stats() by role and device', performance.now() - started)
report('… meanwhile', await reply(ask('end')))
await once(ask('begin'), 'message')
started = performance.now()
await (await fetch(`${url}/?api=scan&text=nobody-has-this`)).text()
print('a search through all', performance.now() - started)
report('… meanwhile', await reply(ask('end')))
const waited = await pings.stop()
print('other requests waited, median', waited[Math.floor(waited.length / 2)] ?? 0)
print('other requests waited, at most', waited.at(-1) ?? 0)
console.log(
  String(await redis.nodes[0]?.command('INFO', 'commandstats')).match(/cmdstat_(?:scan|get).*/g),
)
console.log(
  String(await redis.nodes[0]?.command('INFO', 'latencystats')).match(/.*(?:scan|get):.*/g),
)
console.log('slower than 1 ms in Redis:', await redis.nodes[0]?.command('SLOWLOG', 'LEN'))

const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? 'chromium' })
for (const name of ['first', 'second']) {
  const page = await browser.newPage()
  const begun = performance.now()
  await page.goto(url)
  await page.getByText('Counted').waitFor()
  const numbers = performance.now() - begun
  const paints = await page.evaluate<{ name: string; startTime: number }[]>(
    'performance.getEntriesByType("paint").map(({ name, startTime }) => ({ name, startTime }))',
  )
  for (const paint of paints) print(`${name} visit, ${paint.name}`, paint.startTime)
  print(`${name} visit, numbers`, numbers)
}
await browser.close()
server.kill()
await redis.stop()
process.exit() // the browser's pipes would keep it

function ask(word: string): ChildProcess {
  server.send(word)
  return server
}

/** What the server tells of a time, in ms and bytes. */
interface Observed {
  /** The longest block of the event loop. */
  readonly longest: number
  /** 99.9 % of its delays were shorter. */
  readonly most: number
  /** The longest pause of the garbage collector, a part of the blocks. */
  readonly collection: number
  readonly memory: number
}

async function reply(child: ChildProcess): Promise<Observed> {
  const [answer] = await once(child, 'message')
  return answer
}

function report(what: string, { longest, most, collection, memory }: Observed) {
  console.log(
    `${what}: the longest block ${longest.toFixed(1)} ms, 99.9 % below ${most.toFixed(1)} ms, ` +
      `the longest garbage collection ${collection.toFixed(1)} ms, ${Math.round(memory / 1e6)} MB`,
  )
}

function print(what: string, ms: number) {
  console.log(`${what}: ${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`)
}

/** Sends a small request every 20 ms, and measures how long each waits. */
function startPings() {
  let isStopped = false
  const waits: number[] = []
  const running = (async () => {
    while (!isStopped) {
      const sent = performance.now()
      await (await fetch(`${url}/ping`)).text()
      waits.push(performance.now() - sent)
      await wait(20)
    }
  })()
  return {
    async stop() {
      isStopped = true
      await running
      return waits.sort((a, b) => a - b)
    },
  }
}
