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
import { withDeadline } from './deadline.ts'
import { explainConnection } from './explain.ts'
import { clientOptions } from './node.ts'
import type { Reached } from './reach.ts'

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
  const options = clientOptions(endpoint, access)
  if (topology !== 'cluster') {
    const client = createClient(options)
    await open(client)
    return {
      store: (storeOptions) => nodeRedisStore(client, storeOptions),
      backend: (storeOptions) => nodeRedisBackend(client, storeOptions),
    }
  }
  const { host: _, port: __, ...socket } = options.socket
  const cluster = createCluster({
    rootNodes: [{ socket: { host: endpoint.host, port: endpoint.port } }],
    defaults: { ...options, socket },
  })
  await open(cluster)
  return {
    store: (storeOptions) => nodeRedisClusterStore(cluster, storeOptions),
    backend: (storeOptions) => nodeRedisClusterBackend(cluster, storeOptions),
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

interface Client {
  readonly isOpen: boolean
  on(event: 'error', listener: (error: Error) => void): unknown
  connect(): Promise<unknown>
  destroy(): unknown
}
