import type { AddressOf, Connect, ConnectByFile, Connection, Endpoint } from '@sojourn/redis-lab'
import {
  type CredentialsFromFile,
  credentialsFromFile,
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
  credentialsProvider?: CredentialsFromFile
  socket: Partial<Endpoint & Tls> & {
    reconnectStrategy(attempts: number): number
    socketTimeout?: number
  }
  pingInterval?: number
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
    sentinelClientOptions: ClientOptions
    scanInterval: number
  }): NodeRedisSentinel & Closable
}

const reconnectStrategy = (attempts: number) => Math.min(50 * 2 ** attempts, 500)

/** The settings of docs/how-to/run-redis-for-sessions.md. */
export const documented: ClientOptions = {
  socket: { reconnectStrategy, socketTimeout: 3_000 },
  pingInterval: 1_000,
  disableOfflineQueue: true,
}

/** These settings without a timeout, so that a busy machine breaks no connection. */
const patient: ClientOptions = { socket: { reconnectStrategy }, disableOfflineQueue: true }

/** Connects clients of one major of node-redis. */
export function connectNodeRedis(redis: NodeRedis, settings = patient): Connect {
  return async (address) => {
    switch (address.kind) {
      case 'cluster':
        return clusterConnection(redis, address, settings)
      case 'sentinel':
        return sentinelConnection(redis, address, settings)
      default:
        return clientConnection(redis.createClient(optionsFor(address, settings)))
    }
  }
}

/** Connects clients that read their password from a file. */
export function connectByFile(redis: NodeRedis): ConnectByFile {
  return (address, passwordFile) =>
    connectNodeRedis(redis, {
      ...patient,
      credentialsProvider: credentialsFromFile(passwordFile, 'app'),
    })(address)
}

/** Connects pools, to one server. */
export function connectPool({ createClientPool }: NodeRedis, settings = patient): Connect {
  return async (address) => {
    if (address.kind !== 'standalone') throw new Error('A pool is for one server')
    return clientConnection(createClientPool(optionsFor(address, settings)))
  }
}

function optionsFor(
  address: AddressOf<'standalone' | 'secure'>,
  settings: ClientOptions,
): ClientOptions {
  const { host, port } = address
  const socket = { ...settings.socket, host, port }
  if (address.kind === 'standalone') return { ...settings, socket }
  const { username, password, ca } = address
  return { ...settings, username, password, socket: { ...socket, tls: true, ca } }
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
  settings: ClientOptions,
): Promise<Connection> {
  const cluster = createCluster({
    rootNodes: nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` })),
    defaults: settings,
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
  settings: ClientOptions,
): Promise<Connection> {
  const sentinel = createSentinel({
    name,
    sentinelRootNodes: [...sentinels],
    nodeClientOptions: settings,
    sentinelClientOptions: withoutCredentials(settings), // the sentinels of the tests have none
    scanInterval: 1_000,
  })
  return connected(sentinel, {
    backend: (prefix, options) => nodeRedisSentinelBackend(sentinel, { prefix, ...options }),
    store: (prefix) => nodeRedisSentinelStore(sentinel, { prefix }),
  })
}

function withoutCredentials({ credentialsProvider: _, ...settings }: ClientOptions): ClientOptions {
  return settings
}

async function connected(
  client: Closable,
  stores: Pick<Connection, 'backend' | 'store'>,
): Promise<Connection> {
  client.on('error', () => undefined)
  await client.connect()
  return { ...stores, codec: msgpackCodec, close: () => void client.destroy() }
}
