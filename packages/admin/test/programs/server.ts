// A server with the admin page over Redis, which tells its parent how long its event loop was blocked: `server.ts PORT`.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { getRequestListener } from '@hono/node-server'
import { adminPage } from '@sojourn/admin'
import { connect } from './setting.ts'

const resolution = 1
const delays = monitorEventLoopDelay({ resolution })
delays.enable()
let longestCollection = 0
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries())
    longestCollection = Math.max(longestCollection, duration)
}).observe({ entryTypes: ['gc'] })
const manager = await connect(Number(process.argv[2]))
const page = getRequestListener(
  adminPage(manager, {
    authorize: () => 'Olga',
    by: { role: ({ data }) => data.role, device: ({ client }) => client['device'] },
  }),
)
const server = createServer((request, response) => {
  if (request.url === '/ping') response.end('pong')
  else void page(request, response)
}).listen(0, '127.0.0.1')
await once(server, 'listening')

process.on('message', async (word) => {
  if (word === 'begin') {
    delays.reset()
    longestCollection = 0
  }
  if (word === 'scan') await scan()
  const ms = (nanoseconds: number) => nanoseconds / 1e6 - resolution
  process.send?.({
    longest: ms(delays.max),
    most: ms(delays.percentile(99.9)),
    collection: longestCollection,
    memory: process.memoryUsage().rss,
  })
})
process.send?.({ port: (server.address() as AddressInfo).port })

/** A scan that decodes no data and counts nothing. */
async function scan(): Promise<void> {
  const scanned = manager.scan()
  for await (const _ of scanned);
}
