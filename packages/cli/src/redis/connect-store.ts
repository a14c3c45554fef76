import type { StoreFactory } from '@sojourn/core'
import type { SessionBackend } from '@sojourn/core/store'
import {
  nodeRedisBackend,
  nodeRedisClusterBackend,
  nodeRedisClusterStore,
  nodeRedisStore,
} from '@sojourn/store-node-redis'
import { createClient, createCluster } from 'redis'
import type { Invocation } from '../invocation.ts'
import { replyTimeout, withDeadline } from './deadline.ts'
import { explainConnection } from './explain.ts'
import { clientOptions } from './node.ts'
import type { Reached } from './reach.ts'
import type { Access, Endpoint } from './target.ts'

/** The sessions of a Redis: what the stores of `@sojourn/store-node-redis` make of a connection. */
export interface StoreConnection {
  store(options?: Parameters<typeof nodeRedisStore>[1]): StoreFactory
  backend(options?: Parameters<typeof nodeRedisBackend>[1]): SessionBackend
}

/**
 * Connects a store to the Redis that was reached: to the server, to the master that the Sentinels name, or to the Cluster. The
 * connection closes when the command ends.
 * @throws Failure with the status `unreachable`.
 */
export async function connectStore(
  { target: { topology, access }, node: { endpoint } }: Reached,
  { defer }: Invocation,
): Promise<StoreConnection> {
  const options = storeOptions(endpoint, access)
  if (topology !== 'cluster') {
    const client = createClient(options)
    await open(client)
    return {
      store: (given) => nodeRedisStore(client, given),
      backend: (given) => nodeRedisBackend(client, given),
    }
  }
  const { host: _, port: __, ...socket } = options.socket
  const cluster = createCluster({
    rootNodes: [{ socket: { host: endpoint.host, port: endpoint.port } }],
    defaults: { ...options, socket },
  })
  await open(cluster)
  return {
    store: (given) => nodeRedisClusterStore(cluster, given),
    backend: (given) => nodeRedisClusterBackend(cluster, given),
  }

  async function open(client: Client): Promise<void> {
    client.on('error', () => undefined) // each command rejects with it
    defer(() => {
      if (client.isOpen) client.destroy()
    })
    try {
      await withDeadline(client.connect())
    } catch (error) {
      throw explainConnection(error, endpoint, access)
    }
  }
}

/**
 * The connection counts as lost if nothing comes for as long as a reply may take. While it is idle, pings see to that; a store itself
 * would wait much longer for a scan.
 */
function storeOptions(endpoint: Endpoint, access: Access) {
  const { socket, ...options } = clientOptions(endpoint, access)
  return {
    ...options,
    pingInterval: replyTimeout / 2,
    socket: { ...socket, socketTimeout: replyTimeout },
  }
}

interface Client {
  readonly isOpen: boolean
  on(event: 'error', listener: (error: Error) => void): unknown
  connect(): Promise<unknown>
  destroy(): unknown
}
