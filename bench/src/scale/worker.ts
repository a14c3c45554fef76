// One task of the scale measurement in a process of its own: `worker.ts TASK SUBJECT OPERATIONS SIZE…`. Sends its lines.
import { connectNodeRedis } from '../contenders/clients.ts'
import { Meter, type RedisSide } from './cost.ts'
import { tasks } from './tasks.ts'

const [task = '', subject = '', operations, ...sizes] = process.argv.slice(2)
if (!(task in tasks)) throw new Error(`There is no task ${task}`)
const redis = process.env['REDIS_PORT'] === undefined ? undefined : await redisSide()
const meter = new Meter(Number(operations), redis)
const lines = await tasks[task as keyof typeof tasks](subject, sizes.map(Number), meter)
process.send?.(lines, () => process.exit())

async function redisSide(): Promise<RedisSide> {
  const client = await connectNodeRedis()
  return {
    async cpu() {
      const info = await client.info('cpu')
      const seconds = [...info.matchAll(/^used_cpu_(?:sys|user):(\S+)/gm)].map(([, text]) => text)
      return seconds.reduce((sum, text) => sum + Number(text) * 1e6, 0)
    },
    flush: async () => void (await client.flushAll()),
    async bytes() {
      const sums = { sessions: 0, indexes: 0 }
      for (const key of await client.keys('*')) {
        const kind = (await client.type(key)) === 'string' ? 'sessions' : 'indexes'
        sums[kind] += (await client.memoryUsage(key)) ?? 0
      }
      return sums
    },
  }
}
