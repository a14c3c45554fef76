import { SessionUsageError } from '@sojourn/core'
import {
  notReady,
  type RedisArg,
  type RedisCommand,
  type RedisDriver,
  type RedisSend,
} from '@sojourn/store-redis'
import type {
  CommandOptions,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisConnection,
  NodeRedisSentinel,
} from './clients.ts'

type AnyClient = NodeRedisClient | NodeRedisCluster | NodeRedisSentinel

const options: CommandOptions = { typeMapping: { 36: Buffer }, timeout: 0 }

/**
 * `createClient()` or `createClientPool()`. Where a single client says that it is ready, a read is written at once and
 * needs no signal, which would cost more than the read; a late write is one that must not be.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` when it is none of both.
 */
export function clientDriver(client: NodeRedisClient): RedisDriver {
  checkClient(client, { made: 'createClient() or createClientPool()', as: 'nodeRedisStore' })
  const send: RedisSend = (command) =>
    lend(client, (connection) => {
      const needsSignal = command.isWrite || connection !== client
      return connection.sendCommand([...command.words], needsSignal ? withSignal(command) : options)
    })
  return {
    send,
    sendPair: (command, second) =>
      lend(client, (connection) =>
        sendBoth((words, chained) => connection.sendCommand(words, chained), command, second),
      ),
    masters: async () => [send],
    configWarning: () => flawOf(client),
  }
}

/**
 * `createSentinel()`; nothing is asked of a replica, whatever the client's own options say.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` when it is none.
 */
export function sentinelDriver(sentinel: NodeRedisSentinel): RedisDriver {
  checkClient(sentinel, { made: 'createSentinel()', as: 'nodeRedisSentinelStore' })
  const send: RedisSend = (command) =>
    isReady(sentinel)
      ? sentinel.sendCommand(false, [...command.words], withSignal(command))
      : Promise.reject(notReady())
  return {
    send,
    async sendPair(command, second) {
      if (!isReady(sentinel)) throw notReady()
      return sentinel.use((lease) =>
        sendBoth((words, chained) => lease.sendCommand(false, words, chained), command, second),
      )
    },
    masters: async () => [send],
    configWarning: () => flawOf(sentinel),
  }
}

/**
 * `createCluster()`; nothing is asked of a replica, whatever the client's own options say.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` when it is none.
 */
export function clusterDriver(cluster: NodeRedisCluster): RedisDriver {
  checkClient(cluster, { made: 'createCluster()', as: 'nodeRedisClusterStore' })
  const send: RedisSend = (command) =>
    isReady(cluster)
      ? cluster.sendCommand(command.key, false, [...command.words], withSignal(command))
      : Promise.reject(notReady())
  const sendTo =
    (master: object): RedisSend =>
    async (command) => {
      const node = await cluster.nodeClient(master)
      return node.sendCommand([...command.words], withSignal(command))
    }
  return {
    send,
    /** The key decides the connection of both; one that breaks between the two is not noticed. */
    async sendPair(command, second) {
      const reply = await send(command)
      return [reply, await send({ ...command, words: second })]
    },
    /** Before it is connected, a Cluster knows of none, and a scan would take that for no sessions. */
    async masters() {
      if (!isReady(cluster)) throw notReady()
      return cluster.masters.map(sendTo)
    },
    configWarning: () => flawOf(cluster),
  }
}

/** The client, or a connection of the pool that it is: only that says whether it is ready. */
function lend<Result>(
  client: NodeRedisClient,
  task: (connection: NodeRedisConnection) => Promise<Result>,
): Promise<Result> {
  if (!isReady(client)) return Promise.reject(notReady())
  if (!client.execute) return task(client)
  return client.execute((connection) =>
    isReady(connection) ? task(connection) : Promise.reject(notReady()),
  )
}

function isReady({ isOpen, isReady = isOpen }: AnyClient | NodeRedisConnection): boolean {
  return isOpen && isReady
}

/** A command that waits in a queue until its deadline leaves it unsent (clause 8). */
function withSignal({ call }: RedisCommand): CommandOptions {
  return { ...options, abortSignal: call.signal }
}

type Send = (words: RedisArg[], options: CommandOptions) => Promise<unknown>

function sendBoth(send: Send, command: RedisCommand, second: readonly RedisArg[]) {
  const chained = { ...withSignal(command), chainId: Symbol('pair') }
  return Promise.all([send([...command.words], chained), send([...second], chained)])
}

function flawOf(client: AnyClient): string | undefined {
  if (client.listenerCount('error') > 0) return undefined
  return (
    "The Redis client of the session store has no listener for 'error', so Node ends the process when its connection " +
    "breaks. Add one: client.on('error', (error) => console.error(error))."
  )
}

/** TypeScript says this before; plain JavaScript hears it here. */
function checkClient(client: AnyClient, { made, as }: { made: string; as: string }): void {
  const isOne = 'isOpen' in Object(client) && typeof client.sendCommand === 'function'
  if (isOne && factoryFor(client) === as) return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `${as}() takes what ${made} of node-redis 5 or 6 returns. For the others there are nodeRedisStore(), ` +
      'nodeRedisClusterStore() and nodeRedisSentinelStore(), and their backends; for ioredis, @sojourn/store-ioredis.',
  )
}

function factoryFor(client: AnyClient): string {
  if ('nodeClient' in client) return 'nodeRedisClusterStore'
  return 'getMasterNode' in client ? 'nodeRedisSentinelStore' : 'nodeRedisStore'
}
