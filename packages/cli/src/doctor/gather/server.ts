import { Failure } from '../../failure.ts'
import { wantsPassword } from '../../redis/explain.ts'
import { openNode, type RedisNode } from '../../redis/node.ts'
import { type Access, nameOf, type Target } from '../../redis/target.ts'
import { parseInfo, parsePairs } from '../parse.ts'
import type { Fields, Server } from '../state.ts'
import { ask, isAllowed } from './ask.ts'
import { gatherRights } from './rights.ts'

/** Enough for a median, and done in an instant. */
const pings = 20

/** The settings that the checks read. `CONFIG GET *` would also send the passwords. */
const settings = [
  'appendfsync',
  'appendonly',
  'bind',
  'cluster-require-full-coverage',
  'maxmemory',
  'maxmemory-policy',
  'min-replicas-max-lag',
  'min-replicas-to-write',
  'port',
  'protected-mode',
  'save',
  'tcp-keepalive',
  'timeout',
  'tls-port',
]

/** What to ask a server. */
interface ServerOptions {
  readonly target: Target
  readonly prefix: string
  /** The user of the application. @default who is logged in */
  readonly user: string | undefined
  /** The clock here, epoch ms. */
  readonly now: () => number
}

/** Asks one server for all that the checks look at. */
export async function gatherServer(
  node: RedisNode,
  { target: { access, topology }, prefix, user, now }: ServerOptions,
): Promise<Server> {
  const latencies = []
  for (let n = 0; n < pings; n++) latencies.push(await timePing(node))
  return {
    name: nameOf(node.endpoint),
    hello: node.hello,
    pings: latencies,
    clockSkew: await askClock(node, now),
    isOpen: await askWithoutLogin(node, access, prefix),
    info: await ask(node, ['INFO'], (reply) => parseInfo(String(reply))),
    config: await askConfig(node),
    rights: await gatherRights(node, { user, prefix, isCluster: topology === 'cluster' }),
  }
}

async function timePing(node: RedisNode): Promise<number> {
  const start = performance.now()
  await ask(node, ['PING'], String)
  return performance.now() - start
}

/** Compares the clocks, as if Redis had read its own half-way through the round trip. */
async function askClock(node: RedisNode, now: () => number): Promise<number | undefined> {
  const before = now()
  const time = await ask(node, ['TIME'], (reply) => {
    const [seconds = 0, microseconds = 0] = Array.isArray(reply) ? reply.map(Number) : []
    return seconds * 1_000 + microseconds / 1_000
  })
  return time === undefined ? undefined : Math.round(time - (before + now()) / 2)
}

/** Redis 6.2 takes one name per `CONFIG GET`. */
async function askConfig(node: RedisNode): Promise<Fields | undefined> {
  const found = await Promise.all(
    settings.map((name) => ask(node, ['CONFIG', 'GET', name], parsePairs)),
  )
  const known = found.filter((fields) => fields !== undefined)
  return known.length === 0 ? undefined : Object.assign({}, ...known)
}

/** Tries to read a session without a login. */
async function askWithoutLogin(
  { endpoint }: RedisNode,
  { username: _, password: __, ...access }: Access,
  prefix: string,
): Promise<boolean | undefined> {
  try {
    const stranger = await openNode(endpoint, access)
    try {
      return await isAllowed(stranger, ['GET', `${prefix}{doctor}:stranger`])
    } finally {
      stranger.close()
    }
  } catch (error) {
    return error instanceof Failure && wantsPassword(error.cause) ? false : undefined
  }
}
