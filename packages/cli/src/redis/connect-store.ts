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
  reached: Reached,
  invocation: Invocation,
): Promise<StoreConnection> {
  if (reached.target.topology !== 'cluster') {
    const client = await openClient(reached, invocation)
    return {
      store: (given) => nodeRedisStore(client, given),
      backend: (given) => nodeRedisBackend(client, given),
    }
  }
  const cluster = await openCluster(reached, invocation)
  return {
    store: (given) => nodeRedisClusterStore(cluster, given),
    backend: (given) => nodeRedisClusterBackend(cluster, given),
  }
}

/** Connects a client to the server, or to the master that the Sentinels name. */
export async function openClient(reached: Reached, invocation: Invocation) {
  const client = createClient(storeOptions(reached.node.endpoint, reached.target.access))
  await open(client, reached, invocation)
  return client
}

/**
 * Connects a client to the Cluster, and to each member when it is first asked: node-redis would connect to all, give up if one is
 * down, and leave the connections to the others open.
 */
export async function openCluster(reached: Reached, invocation: Invocation) {
  const { endpoint } = reached.node
  const options = storeOptions(endpoint, reached.target.access)
  const { host, port, ...socket } = options.socket
  const cluster = createCluster({
    rootNodes: [{ socket: { host, port } }],
    defaults: { ...options, socket },
    minimizeConnections: true,
  })
  await open(cluster, reached, invocation)
  return cluster
}

async function open(
  client: Client,
  { target: { access }, node: { endpoint } }: Reached,
  { defer }: Invocation,
): Promise<void> {
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
