import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type RedisNode, startStandalone } from '@sojourn/redis-lab'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import { redisVersion } from '../contenders/clients.ts'
import { inParallel } from '../scale/cost.ts'
import { Crowd } from './crowd.ts'
import { costOfConnections, cpuPerOperation, infoOf, secondsOf } from './servers.ts'

const operations = 15_000

/** What requests cost Redis, in µs of its CPU. */
export interface Costs {
  readonly read: number
  readonly touch: number
  readonly write: number
  readonly login: number
}

/** What one server with many sessions was seen to need. */
export interface ServerFigures {
  readonly redisVersion: string
  readonly sessions: number
  /** Bytes per session, its index included: as Redis counts, as the machine counts, and on disk. */
  readonly bytes: { readonly used: number; readonly resident: number; readonly onDisk: number }
  /** Sixteen at once by one client, whose commands leave together; and with a connection for each. */
  readonly costs: { readonly together: Costs; readonly apart: Costs }
  /** A snapshot while sessions are written all the time. */
  readonly snapshot: {
    readonly seconds: number
    /** For how long the fork stops the server, in ms. */
    readonly forkMs: number
    /** How much memory was copied, as a share of the data. */
    readonly copied: number
    /** How many writes there were meanwhile. */
    readonly written: number
  }
  /** How long things take, in seconds. */
  readonly seconds: {
    readonly stats: number
    readonly restart: number
    readonly revokeEverybody: number
  }
}

/** Fills one server with sessions of 486 bytes of JSON, and measures it. */
export async function measureServer(sessions: number): Promise<ServerFigures> {
  const { nodes, stop } = await startStandalone(['rdbcompression yes'])
  const [node] = nodes
  if (!node) throw new Error('A standalone topology has a node')
  const version = await redisVersion(node.port)
  const empty = await memoryOf(node)
  const crowd = new Crowd()
  const client = await connect(node)
  await crowd.logIn(nodeRedisStore(client), sessions)
  const full = await memoryOf(node)

  const together = await costsOf(node, crowd, nodeRedisStore(client))
  const apart = addTo(together, await costOfConnections(node))
  const manager = crowd.manager(nodeRedisStore(client))
  const stats = await secondsOf(() => manager.stats())
  const snapshot = await snapshotUnderLoad(node, crowd, client)
  const alive = sessions + operations // those that logged in while that was measured
  const onDisk = statSync(join(node.folder, 'dump.rdb')).size / alive
  client.destroy()
  await node.kill()
  const restart = await secondsOf(() => node.restart())

  const again = await connect(node)
  const everybody = crowd.manager(nodeRedisStore(again))
  const revokeEverybody = await secondsOf(() => everybody.revokeEverybody())
  again.destroy()
  await stop()
  const perSession = (what: 'used' | 'resident') => (full[what] - empty[what]) / sessions
  return {
    redisVersion: version,
    sessions,
    bytes: { used: perSession('used'), resident: perSession('resident'), onDisk },
    costs: { together, apart },
    snapshot,
    seconds: { stats, restart, revokeEverybody },
  }
}

async function connect({ port }: RedisNode) {
  const client = createClient({ socket: { port } })
  client.on('error', console.error)
  return await client.connect()
}

async function memoryOf(node: RedisNode) {
  const [used = 0, resident = 0] = await infoOf(node, 'memory', 'used_memory', 'used_memory_rss')
  return { used, resident }
}

type Store = ReturnType<typeof nodeRedisStore>

async function costsOf(node: RedisNode, crowd: Crowd, store: Store): Promise<Costs> {
  const { read, write, login, touch } = crowd.requests(store)
  const costOf = (operation: () => Promise<unknown>) =>
    cpuPerOperation([node], operations, operation)
  await inParallel(operations, read) // the warm-up
  const costs = { read: await costOf(read), write: await costOf(write), login: await costOf(login) }
  crowd.passTime(11 * 60_000)
  return { ...costs, touch: await costOf(touch) }
}

function addTo(costs: Costs, more: number): Costs {
  const { read, touch, write, login } = costs
  return { read: read + more, touch: touch + more, write: write + more, login: login + more }
}

/** Takes a snapshot while sessions are written at random, and returns what that cost. */
async function snapshotUnderLoad(
  node: RedisNode,
  crowd: Crowd,
  client: Awaited<ReturnType<typeof connect>>,
) {
  const { write } = crowd.requests(nodeRedisStore(client))
  let written = 0
  let isSaving = true
  const writers = inParallel(16, async () => {
    for (; isSaving; written++) await write()
  })
  await node.command('BGSAVE')
  const seconds = await secondsOf(async () => {
    while ((await infoOf(node, 'persistence', 'rdb_bgsave_in_progress'))[0] === 1) await wait(20)
  })
  isSaving = false
  await writers
  const [forkMicros = 0] = await infoOf(node, 'stats', 'latest_fork_usec')
  const [copied = 0] = await infoOf(node, 'persistence', 'rdb_last_cow_size')
  const { used } = await memoryOf(node)
  return { seconds, forkMs: forkMicros / 1_000, copied: copied / used, written }
}
