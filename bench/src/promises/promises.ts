import { startStandalone } from '@sojourn/redis-lab'
import { markdownTable } from 'markdown-table'
import { redisVersion } from '../contenders/clients.ts'
import { startServer } from '../load/server-process.ts'
import { place, writeSection } from '../report/page.ts'
import { type Seen, seeCases } from './cases.ts'

const users = 20

/** Who is compared. Redis is theirs alone, and is stopped at the end. */
const compared = [
  'express-session, connect-redis',
  'Sojourn node-redis on Express',
  'koa-session, ioredis',
  'Sojourn ioredis on Koa',
  '@fastify/session, connect-redis',
  'Sojourn node-redis on Fastify',
  'hono-sessions, Redis',
  'Sojourn node-redis on Hono',
  '@fastify/secure-session',
  'iron-session',
  '@hono/session',
  'Sojourn cookie on Fastify',
]

/**
 * Lets users meet what the promises are about, at Sojourn and at other libraries, and prints what happened. With `write`
 * puts it into docs/explanation/beside-other-libraries.md.
 */
export async function seePromises(options: { readonly write: boolean }): Promise<void> {
  const rows: string[][] = []
  let version = ''
  for (const name of compared) {
    process.stderr.write(`${name}\n`)
    const redis = await startStandalone()
    version = await redisVersion(redis.address.port)
    const server = await startServer(name, { redisPort: redis.address.port })
    const [node] = redis.nodes
    const seen = await seeCases(server, users, /redis/i.test(name) ? node : undefined)
    rows.push(rowOf(name, seen))
    await server.stop()
    await redis.stop()
  }
  const head = [
    '',
    `of ${2 * users} changes lost`,
    `of ${users} logouts undone`,
    `of ${users} copies open after a logout`,
    'while Redis is down',
  ]
  const table = markdownTable([head, ...rows], { align: ['l', 'r', 'r', 'r', 'l'] })
  console.log(table)
  if (options.write)
    writeSection('beside-other-libraries.md', 'promises', [`${place(version)}.`, table])
}

function rowOf(name: string, { lost, revived, copies, down }: Seen): string[] {
  return [name, String(lost), String(revived), String(copies), down ?? '–']
}
