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
 * Creates the driver for a client of `createClient()` or `createClientPool()`. Commands get an AbortSignal, so that
 * none is sent after its deadline. Reads on a single client go without: a ready client sends them at once, and the
 * signal would cost more than the read.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything else.
 */
export function clientDriver(client: NodeRedisClient): RedisDriver {
  checkClient(client, {
    factory: 'createClient() or createClientPool()',
    store: 'nodeRedisStore',
  })
  const send: RedisSend = (command) =>
    withConnection(client, (connection) => {
      const needsSignal = command.isWrite || connection !== client
      return connection.sendCommand([...command.args], needsSignal ? withSignal(command) : options)
    })
  return {
    send,
    sendPair: (command, second) =>
      withConnection(client, (connection) =>
        sendChained((args, chained) => connection.sendCommand(args, chained), command, second),
      ),
    masters: async () => [send],
    configWarning: () => configWarningFor(client),
  }
}

/**
 * Creates the driver for a client of `createSentinel()`. All commands go to the master, whatever the client's options.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything else.
 */
export function sentinelDriver(sentinel: NodeRedisSentinel): RedisDriver {
  checkClient(sentinel, { factory: 'createSentinel()', store: 'nodeRedisSentinelStore' })
  const send: RedisSend = (command) =>
    isReady(sentinel)
      ? sentinel.sendCommand(false, [...command.args], withSignal(command))
      : Promise.reject(notReady())
  return {
    send,
    async sendPair(command, second) {
      if (!isReady(sentinel)) throw notReady()
      return sentinel.use((lease) =>
        sendChained((args, chained) => lease.sendCommand(false, args, chained), command, second),
      )
    },
    masters: async () => [send],
    configWarning: () => configWarningFor(sentinel),
  }
}

/**
 * Creates the driver for a client of `createCluster()`. All commands go to masters, whatever the client's options.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything else.
 */
export function clusterDriver(cluster: NodeRedisCluster): RedisDriver {
  checkClient(cluster, { factory: 'createCluster()', store: 'nodeRedisClusterStore' })
  const send: RedisSend = (command) =>
    isReady(cluster)
      ? cluster.sendCommand(command.key, false, [...command.args], withSignal(command))
      : Promise.reject(notReady())
  const sendTo =
    (master: object): RedisSend =>
    async (command) => {
      const node = await cluster.nodeClient(master)
      return node.sendCommand([...command.args], withSignal(command))
    }
  return {
    send,
    /** The key selects the connection for both commands. If that breaks between the two, this is not detected. */
    async sendPair(command, second) {
      const reply = await send(command)
      return [reply, await send({ ...command, args: second })]
    },
    /** Rejects until the Cluster is connected: until then it has no masters, and a scan would find no sessions. */
    async masters() {
      if (!isReady(cluster)) throw notReady()
      return cluster.masters.map(sendTo)
    },
    configWarning: () => configWarningFor(cluster),
  }
}

/** Runs a task on the client, or on a connection of the pool: the pool itself has no `isReady`, its connections do. */
function withConnection<Result>(
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

/** Returns options that remove a command from the client's queue if it is still unsent at its deadline (clause 8). */
function withSignal({ call }: RedisCommand): CommandOptions {
  return { ...options, abortSignal: call.signal }
}

type Send = (args: RedisArg[], options: CommandOptions) => Promise<unknown>

/** Sends two commands as one chain: if the connection breaks, they are not sent on the next one, but fail. */
function sendChained(send: Send, command: RedisCommand, second: readonly RedisArg[]) {
  const chained = { ...withSignal(command), chainId: Symbol('pair') }
  return Promise.all([send([...command.args], chained), send([...second], chained)])
}

function configWarningFor(client: AnyClient): string | undefined {
  if (client.listenerCount('error') > 0) return undefined
  return (
    "The Redis client of the session store has no listener for 'error', so Node ends the process when its connection " +
    "breaks. Add one: client.on('error', (error) => console.error(error))."
  )
}

/** Checks at run time, for plain JavaScript, what TypeScript checks at compile time. */
function checkClient(
  client: AnyClient,
  { factory, store }: { factory: string; store: string },
): void {
  const isClient = 'isOpen' in Object(client) && typeof client.sendCommand === 'function'
  if (isClient && storeFor(client) === store) return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `${store}() takes what ${factory} of node-redis 5 or 6 returns. For the others there are nodeRedisStore(), ` +
      'nodeRedisClusterStore() and nodeRedisSentinelStore(), and their backends; for ioredis, @sojourn/store-ioredis.',
  )
}

function storeFor(client: AnyClient): string {
  if ('nodeClient' in client) return 'nodeRedisClusterStore'
  return 'getMasterNode' in client ? 'nodeRedisSentinelStore' : 'nodeRedisStore'
}
