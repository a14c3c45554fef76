import type { AddressOf, Connect, Connection, Endpoint } from '@sojourn/redis-lab'
import {
  type NodeRedisClient,
  type NodeRedisCluster,
  type NodeRedisSentinel,
  nodeRedisBackend,
  nodeRedisClusterBackend,
  nodeRedisClusterStore,
  nodeRedisSentinelBackend,
  nodeRedisSentinelStore,
  nodeRedisStore,
} from '@sojourn/store-node-redis'
import { msgpackCodec } from '@sojourn/store-redis'

/** What a test does with a client besides handing it to the store. */
interface Closable {
  on(event: 'error', listener: (error: Error) => void): unknown
  connect(): Promise<unknown>
  destroy(): unknown
}

interface Tls {
  readonly tls: true
  readonly ca: string
}

interface ClientOptions {
  username?: string
  password?: string
  socket: Partial<Endpoint & Tls> & { reconnectStrategy(attempts: number): number }
  disableOfflineQueue: true
}

/** The four kinds of clients, of both majors alike. */
export interface NodeRedis {
  createClient(options: ClientOptions): NodeRedisClient & Closable
  createClientPool(options: ClientOptions): NodeRedisClient & Closable
  createCluster(options: {
    rootNodes: { url: string }[]
    defaults: ClientOptions
    topologyRefreshOnReconnectionAttemptStrategy: number
  }): NodeRedisCluster & Closable
  createSentinel(options: {
    name: string
    sentinelRootNodes: Endpoint[]
    nodeClientOptions: ClientOptions
    scanInterval: number
  }): NodeRedisSentinel & Closable
}

const reconnectStrategy = (attempts: number) => Math.min(50 * 2 ** attempts, 500)
const plain: ClientOptions = { socket: { reconnectStrategy }, disableOfflineQueue: true }

/** Connects clients of one major of node-redis. */
export function connectNodeRedis(redis: NodeRedis): Connect {
  return async (address) => {
    switch (address.kind) {
      case 'cluster':
        return clusterConnection(redis, address)
      case 'sentinel':
        return sentinelConnection(redis, address)
      default:
        return clientConnection(redis.createClient(optionsFor(address)))
    }
  }
}

/** Connects pools, to one server. */
export function connectPool({ createClientPool }: NodeRedis): Connect {
  return async (address) => {
    if (address.kind !== 'standalone') throw new Error('A pool is for one server')
    return clientConnection(createClientPool(optionsFor(address)))
  }
}

function optionsFor(address: AddressOf<'standalone' | 'secure'>): ClientOptions {
  const { host, port } = address
  if (address.kind === 'standalone') return { ...plain, socket: { host, port, reconnectStrategy } }
  const { username, password, ca } = address
  const socket = { host, port, reconnectStrategy, tls: true, ca } as const
  return { ...plain, username, password, socket }
}

async function clientConnection(client: NodeRedisClient & Closable): Promise<Connection> {
  return connected(client, {
    backend: (prefix, options) => nodeRedisBackend(client, { prefix, ...options }),
    store: (prefix) => nodeRedisStore(client, { prefix }),
  })
}

async function clusterConnection(
  { createCluster }: NodeRedis,
  { nodes }: AddressOf<'cluster'>,
): Promise<Connection> {
  const cluster = createCluster({
    rootNodes: nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` })),
    defaults: plain,
    topologyRefreshOnReconnectionAttemptStrategy: 250,
  })
  return connected(cluster, {
    backend: (prefix, options) => nodeRedisClusterBackend(cluster, { prefix, ...options }),
    store: (prefix) => nodeRedisClusterStore(cluster, { prefix }),
  })
}

async function sentinelConnection(
  { createSentinel }: NodeRedis,
  { name, sentinels }: AddressOf<'sentinel'>,
): Promise<Connection> {
  const sentinel = createSentinel({
    name,
    sentinelRootNodes: [...sentinels],
    nodeClientOptions: plain,
    scanInterval: 1_000,
  })
  return connected(sentinel, {
    backend: (prefix, options) => nodeRedisSentinelBackend(sentinel, { prefix, ...options }),
    store: (prefix) => nodeRedisSentinelStore(sentinel, { prefix }),
  })
}

async function connected(
  client: Closable,
  stores: Pick<Connection, 'backend' | 'store'>,
): Promise<Connection> {
  client.on('error', () => undefined)
  await client.connect()
  return { ...stores, codec: msgpackCodec, close: () => void client.destroy() }
}
