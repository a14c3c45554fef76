import type { StoreFactory } from '@sojourn/core'
import type { SessionBackend } from '@sojourn/core/store'
import {
  type RedisBackendOptions,
  type RedisStoreOptions,
  redisBackend,
  redisStore,
} from '@sojourn/store-redis'
import type { NodeRedisClient, NodeRedisCluster, NodeRedisSentinel } from './clients.ts'
import { clientDriver, clusterDriver, sentinelDriver } from './drivers.ts'

/**
 * Creates a store that keeps sessions in Redis through a client of `createClient()` or `createClientPool()`. The
 * client stays yours: connect it before, close it afterwards.
 *
 * Options: `prefix` of all keys (default `'sojourn:'`), `codec` of the data (default `msgpackCodec`), `waitFor: {
 * replicas, timeoutMs }` in ms (default none), `warn` (default: the manager's).
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for another kind of client, an unknown option, a prefix with braces,
 * or a `waitFor` whose numbers are not positive integers.
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { secretFromFile } from '@sojourn/core/secrets'
 * import { nodeRedisStore } from '@sojourn/store-node-redis'
 * import { createClient } from 'redis'
 *
 * const client = createClient({
 *   url: 'redis://localhost:6379',
 *   disableOfflineQueue: true,
 *   pingInterval: 1_000,
 *   socket: { socketTimeout: 3_000, reconnectStrategy: 500 },
 * })
 * client.on('error', (error) => console.error(error))
 * await client.connect()
 *
 * const secret = secretFromFile('/run/secrets/session')
 * const store = nodeRedisStore(client, { prefix: 'shop:' })
 * export const manager = createSessionManager(defaultConfig(secret, { store }))
 */
export function nodeRedisStore(client: NodeRedisClient, options?: RedisStoreOptions): StoreFactory {
  return redisStore(clientDriver(client), options)
}

/**
 * Creates a store that keeps sessions in Redis through a client of `createCluster()`, with the options of
 * `nodeRedisStore`. All sessions of a user are in one hash slot.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` as `nodeRedisStore` does.
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { secretFromFile } from '@sojourn/core/secrets'
 * import { nodeRedisClusterStore } from '@sojourn/store-node-redis'
 * import { createCluster } from 'redis'
 *
 * const cluster = createCluster({
 *   rootNodes: [{ url: 'redis://10.0.0.1:6379' }, { url: 'redis://10.0.0.2:6379' }],
 *   defaults: {
 *     disableOfflineQueue: true,
 *     pingInterval: 1_000,
 *     socket: { socketTimeout: 3_000, reconnectStrategy: 500 },
 *   },
 * })
 * cluster.on('error', (error) => console.error(error))
 * await cluster.connect()
 *
 * const secret = secretFromFile('/run/secrets/session')
 * const store = nodeRedisClusterStore(cluster)
 * export const manager = createSessionManager(defaultConfig(secret, { store }))
 */
export function nodeRedisClusterStore(
  cluster: NodeRedisCluster,
  options?: RedisStoreOptions,
): StoreFactory {
  return redisStore(clusterDriver(cluster), options)
}

/**
 * Creates a store that keeps sessions in Redis through a client of `createSentinel()`, with the options of
 * `nodeRedisStore`. All commands go to the master.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` as `nodeRedisStore` does.
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { secretFromFile } from '@sojourn/core/secrets'
 * import { nodeRedisSentinelStore } from '@sojourn/store-node-redis'
 * import { createSentinel } from 'redis'
 *
 * const sentinel = createSentinel({
 *   name: 'sessions',
 *   sentinelRootNodes: [{ host: '10.0.0.1', port: 26379 }],
 *   nodeClientOptions: {
 *     disableOfflineQueue: true,
 *     pingInterval: 1_000,
 *     socket: { socketTimeout: 3_000, reconnectStrategy: 500 },
 *   },
 * })
 * sentinel.on('error', (error) => console.error(error))
 * await sentinel.connect()
 *
 * const secret = secretFromFile('/run/secrets/session')
 * const store = nodeRedisSentinelStore(sentinel, { waitFor: { replicas: 1, timeoutMs: 100 } })
 * export const manager = createSessionManager(defaultConfig(secret, { store }))
 */
export function nodeRedisSentinelStore(
  sentinel: NodeRedisSentinel,
  options?: RedisStoreOptions,
): StoreFactory {
  return redisStore(sentinelDriver(sentinel), options)
}

/**
 * Creates a backend on a client of `createClient()` or `createClientPool()`, for tools, tests and the cookie store's
 * `revocations`. Applications use `nodeRedisStore`. Options: `prefix`, `waitFor` and `warn`, as there.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` as `nodeRedisStore` does.
 * @example
 * import { cookieStore } from '@sojourn/store-cookie'
 * import { nodeRedisBackend } from '@sojourn/store-node-redis'
 * import { createClient } from 'redis'
 *
 * const client = createClient({
 *   disableOfflineQueue: true,
 *   pingInterval: 1_000,
 *   socket: { socketTimeout: 3_000, reconnectStrategy: 500 },
 * })
 * client.on('error', (error) => console.error(error))
 * await client.connect()
 *
 * export const store = cookieStore({
 *   revocations: nodeRedisBackend(client, { prefix: 'revoked:' }),
 * })
 */
export function nodeRedisBackend(
  client: NodeRedisClient,
  options?: RedisBackendOptions,
): SessionBackend {
  return redisBackend(clientDriver(client), options)
}

/**
 * Creates a backend on a client of `createCluster()`, with the options of `nodeRedisBackend`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` as `nodeRedisStore` does.
 * @example
 * import { nodeRedisClusterBackend } from '@sojourn/store-node-redis'
 * import { createCluster } from 'redis'
 *
 * const cluster = createCluster({ rootNodes: [{ url: 'redis://10.0.0.1:6379' }] })
 * cluster.on('error', (error) => console.error(error))
 * await cluster.connect()
 *
 * export const backend = nodeRedisClusterBackend(cluster)
 */
export function nodeRedisClusterBackend(
  cluster: NodeRedisCluster,
  options?: RedisBackendOptions,
): SessionBackend {
  return redisBackend(clusterDriver(cluster), options)
}

/**
 * Creates a backend on a client of `createSentinel()`, with the options of `nodeRedisBackend`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` as `nodeRedisStore` does.
 * @example
 * import { nodeRedisSentinelBackend } from '@sojourn/store-node-redis'
 * import { createSentinel } from 'redis'
 *
 * const sentinel = createSentinel({
 *   name: 'sessions',
 *   sentinelRootNodes: [{ host: '10.0.0.1', port: 26379 }],
 * })
 * sentinel.on('error', (error) => console.error(error))
 * await sentinel.connect()
 *
 * export const backend = nodeRedisSentinelBackend(sentinel)
 */
export function nodeRedisSentinelBackend(
  sentinel: NodeRedisSentinel,
  options?: RedisBackendOptions,
): SessionBackend {
  return redisBackend(sentinelDriver(sentinel), options)
}
