import { freshPrefix, sharedServers } from '@sojourn/redis-lab'
import { nodeRedisClusterBackend, nodeRedisSentinelBackend } from '@sojourn/store-node-redis'
import * as redis6 from 'redis'
import * as redis5 from 'redis5'
import { expect, test } from 'vitest'

const { cluster, sentinel } = sharedServers()
const at = Date.UTC(2030, 0, 1)
const call = { at, signal: new AbortController().signal }
const row = {
  version: 'v1',
  priorVersions: [],
  touchedAt: at,
  expiresAt: at + 3_600_000,
  value: new Uint8Array(9),
}

const ofCluster = {
  rootNodes: cluster.nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` })),
  useReplicas: true,
}
const ofSentinel = {
  name: sentinel.name,
  sentinelRootNodes: [...sentinel.sentinels],
  replicaPoolSize: 1,
}

test.each([
  ['redis 6', redis6.createCluster(ofCluster)],
  ['redis 5', redis5.createCluster(ofCluster)],
])('a Cluster client that may read from replicas asks only masters: %s', async (_name, client) => {
  await client.on('error', console.error).connect()
  await readSome(nodeRedisClusterBackend(client, { prefix: freshPrefix() }))
  client.destroy()
  for (const { port } of cluster.nodes) await wasOnlyReplicated(port)
})

test.each([
  ['redis 6', redis6.createSentinel(ofSentinel)],
  ['redis 5', redis5.createSentinel(ofSentinel)],
])(
  'a Sentinel client that may read from replicas asks only the master: %s',
  async (_name, client) => {
    await client.on('error', console.error).connect()
    await readSome(nodeRedisSentinelBackend(client, { prefix: freshPrefix() }))
    await client.close()
    for (const port of await replicas()) await wasOnlyReplicated(port)
  },
)

async function readSome(backend: ReturnType<typeof nodeRedisClusterBackend>): Promise<void> {
  const ids = Array.from({ length: 20 }, (_, n) => `g${n}.a`)
  for (const id of ids) {
    await backend.insert(id, row, call)
    expect(await backend.find(id, call)).toEqual(row)
  }
}

/** Fails where a replica was asked for a session: whatever the tests of this machine asked of it before, none may have. */
async function wasOnlyReplicated(port: number): Promise<void> {
  const stats = await ask(port, async (node) =>
    String(await node.role()).startsWith('slave') ? node.info('commandstats') : '',
  )
  expect(stats).not.toMatch(/cmdstat_(?:get|mget|eval|evalsha|scan):/)
}

async function replicas(): Promise<number[]> {
  const [watcher] = sentinel.sentinels
  const found = await ask(Number(watcher?.port), (node) =>
    node.sendCommand<unknown[]>(['SENTINEL', 'REPLICAS', sentinel.name], {
      typeMapping: { 37: Map },
    }),
  )
  return found.map((replica) => Number(Object(replica).get('port')))
}

async function ask<Answer>(
  port: number,
  question: (node: Awaited<ReturnType<typeof connect>>) => Promise<Answer>,
): Promise<Answer> {
  const node = await connect(port)
  try {
    return await question(node)
  } finally {
    node.destroy()
  }
}

async function connect(port: number) {
  return redis6.createClient({ socket: { port } }).on('error', console.error).connect()
}
