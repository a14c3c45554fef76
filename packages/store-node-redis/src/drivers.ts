import { SessionUsageError } from '@sojourn/core'
import {
  notReady,
  type RedisArg,
  type RedisCommand,
  type RedisDriver,
  type RedisSend,
} from '@sojourn/store-redis'
import slotOf from 'cluster-key-slot'
import type {
  CommandOptions,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisConnection,
  NodeRedisSentinel,
} from './clients.ts'
import { replaceStalled } from './replace-stalled.ts'

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
  const stalls = replaceStalled()
  const send: RedisSend = (command) => {
    stalls.check()
    return withConnection(client, (connection) => {
      const needsSignal = command.isWrite || connection !== client
      const sendOptions = needsSignal ? withSignal(command) : options
      return stalls.watch(
        connection,
        command,
        connection.sendCommand([...command.args], sendOptions),
      )
    })
  }
  return {
    send,
    sendPair(command, second) {
      stalls.check()
      return withConnection(client, (connection) =>
        stalls.watch(connection, command, sendChained(connection, command, second)),
      )
    },
    masters: async () => [send],
    configWarning: () => configWarningFor(client),
    warnWith: stalls.warnWith,
  }
}

/**
 * Creates the driver for a client of `createSentinel()`. All commands go to the master, whatever the client's options.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything else.
 */
export function sentinelDriver(sentinel: NodeRedisSentinel): RedisDriver {
  checkClient(sentinel, { factory: 'createSentinel()', store: 'nodeRedisSentinelStore' })
  const stalls = replaceStalled()
  const send: RedisSend = async (command) => {
    stalls.check()
    if (!isReady(sentinel)) throw notReady()
    return sentinel._execute(
      false,
      onceIfWrite(command, (connection) =>
        stalls.watch(
          connection,
          command,
          connection.sendCommand([...command.args], withSignal(command)),
        ),
      ),
    )
  }
  return {
    send,
    async sendPair(command, second) {
      stalls.check()
      if (!isReady(sentinel)) throw notReady()
      return sentinel.use((lease) =>
        lease._execute(
          false,
          onceIfWrite(command, (connection) =>
            stalls.watch(connection, command, sendChained(connection, command, second)),
          ),
        ),
      )
    },
    masters: async () => [send],
    configWarning: () => configWarningFor(sentinel),
    warnWith: stalls.warnWith,
  }
}

/**
 * Creates the driver for a client of `createCluster()`. All commands go to masters, whatever the client's options.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything else.
 */
export function clusterDriver(cluster: NodeRedisCluster): RedisDriver {
  checkClient(cluster, { factory: 'createCluster()', store: 'nodeRedisClusterStore' })
  const stalls = replaceStalled()
  const send: RedisSend = async (command) => {
    stalls.check()
    if (!isReady(cluster)) throw notReady()
    const { key, args } = command
    const reply = cluster.sendCommand(key, false, [...args], withSignal(command))
    const connection = connectionFor(cluster, key)
    return connection ? stalls.watch(connection, command, reply) : reply
  }
  const sendTo =
    (master: object): RedisSend =>
    async (command) => {
      stalls.check()
      const node = await cluster.nodeClient(master)
      return stalls.watch(node, command, node.sendCommand([...command.args], withSignal(command)))
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
    warnWith: stalls.warnWith,
  }
}

/** Returns the connection to the master of a key's slot; undefined while there is none, and without a key. */
function connectionFor(
  { slots }: NodeRedisCluster,
  key: string | undefined,
): NodeRedisConnection | undefined {
  const connection = key === undefined ? undefined : slots[slotOf(key)]?.master.client
  return connection && isReady(connection) ? connection : undefined
}

type Task<Result> = (connection: NodeRedisConnection) => Promise<Result>

/**
 * Returns a task that a Sentinel client does not run again for a write. It repeats tasks whose connection broke, but
 * then the outcome of the first attempt is unknown, and core decides what to do (P11). After `READONLY` nothing was
 * written: a failover has moved the master.
 */
function onceIfWrite<Result>({ isWrite }: RedisCommand, task: Task<Result>): Task<Result> {
  if (!isWrite) return task
  let failure: unknown
  return async (connection) => {
    if (failure !== undefined) throw failure
    try {
      return await task(connection)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('READONLY'))) failure = error
      throw error
    }
  }
}

/** Runs a task on the client, or on a connection of the pool: the pool itself has no `isReady`, its connections do. */
function withConnection<Result>(client: NodeRedisClient, task: Task<Result>): Promise<Result> {
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

/** Sends two commands as one chain: if the connection breaks, they are not sent on the next one, but fail. */
function sendChained(
  connection: NodeRedisConnection,
  command: RedisCommand,
  second: readonly RedisArg[],
): Promise<[unknown, unknown]> {
  const chained = { ...withSignal(command), chainId: Symbol('pair') }
  return Promise.all([
    connection.sendCommand([...command.args], chained),
    connection.sendCommand([...second], chained),
  ])
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
  const isClient = 'isOpen' in Object(client) && typeof Object(client).sendCommand === 'function'
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
