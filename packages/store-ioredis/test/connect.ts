import { once } from 'node:events'
import type { Address, Connect, ConnectByFile, Connection, Endpoint } from '@sojourn/redis-lab'
import {
  type IoredisClient,
  ioredisBackend,
  ioredisStore,
  passwordFromFile,
} from '@sojourn/store-ioredis'
import { msgpackCodec } from '@sojourn/store-redis'

type Client = IoredisClient &
  NodeJS.EventEmitter & { connect(): Promise<unknown>; disconnect(): void }

interface RedisOptions {
  host?: string
  port?: number
  username?: string
  password?: string
  tls?: { ca: string }
  name?: string
  sentinels?: Endpoint[]
  enableOfflineQueue: boolean
  maxRetriesPerRequest: number
  socketTimeout: number | undefined
  lazyConnect?: boolean
  retryStrategy(attempts: number): number
}

/** The two kinds of clients, of both majors alike. */
export interface Ioredis {
  Redis: new (options: RedisOptions) => Client
  Cluster: new (
    nodes: Endpoint[],
    options: {
      enableOfflineQueue: boolean
      clusterRetryStrategy(attempts: number): number
      slotsRefreshInterval: number
      lazyConnect?: boolean
      redisOptions: { socketTimeout: number | undefined; username?: string }
    },
  ) => Client
}

const retryStrategy = (attempts: number) => Math.min(50 * 2 ** attempts, 500)
const plain = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy,
}

/**
 * Connects clients of one major of ioredis, with the settings of docs/how-to/run-redis-for-sessions.md. They recommend a
 * `socketTimeout` of 3,000 ms; by default there is none, so that a busy machine breaks no connection.
 */
export function connectIoredis(ioredis: Ioredis, socketTimeout?: number): Connect {
  return async (address) => {
    const client = clientOf(ioredis, address, socketTimeout)
    client.on('error', () => undefined)
    await once(client, 'ready')
    return connectionOf(client)
  }
}

/** Connects clients that read their password from a file. */
export function connectByFile(ioredis: Ioredis): ConnectByFile {
  return async (address, passwordFile) => {
    const lazy = { lazyConnect: true, username: 'app' }
    const client = passwordFromFile(clientOf(ioredis, address, undefined, lazy), passwordFile)
    client.on('error', () => undefined)
    await client.connect()
    return connectionOf(client)
  }
}

function connectionOf(client: Client): Connection {
  return {
    backend: (prefix, options) => ioredisBackend(client, { prefix, ...options }),
    store: (prefix) => ioredisStore(client, { prefix }),
    codec: msgpackCodec,
    close: () => client.disconnect(),
  }
}

function clientOf(
  { Redis, Cluster }: Ioredis,
  address: Address,
  socketTimeout: number | undefined,
  lazy: { lazyConnect?: boolean; username?: string } = {},
): Client {
  const options = { ...plain, ...lazy, socketTimeout }
  switch (address.kind) {
    case 'standalone':
      return new Redis({ ...options, host: address.host, port: address.port })
    case 'secure': {
      const { host, port, username, password, ca } = address
      return new Redis({ ...options, host, port, username, password, tls: { ca } })
    }
    case 'sentinel':
      return new Redis({ ...options, name: address.name, sentinels: [...address.sentinels] })
    case 'cluster':
      return new Cluster([...address.nodes], {
        enableOfflineQueue: false,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshInterval: 1_000,
        ...(lazy.lazyConnect ? { lazyConnect: true } : {}),
        redisOptions: { socketTimeout, ...(lazy.username ? { username: lazy.username } : {}) },
      })
  }
}
