import { SessionUsageError } from '@sojourn/core'
import { notReady, type RedisArg, type RedisDriver, type RedisSend } from '@sojourn/store-redis'

/** The part of a connection of ioredis 5 or 6 that Sojourn uses. */
export interface IoredisNode {
  readonly options: { readonly enableAutoPipelining?: boolean | undefined }
  callBuffer(command: string, ...args: RedisArg[]): Promise<unknown>
  pipeline(): IoredisPipeline
}

/** Commands that are sent over one connection, one directly after the other. */
export interface IoredisPipeline {
  callBuffer(command: string, ...args: RedisArg[]): IoredisPipeline
  /** Resolves to the error or the reply of each command. */
  exec(): Promise<[error: Error | null, reply: unknown][] | null>
}

/** The part of `new Redis()`, Sentinel included, and `new Cluster()` that Sojourn uses. */
export interface IoredisClient extends IoredisNode {
  readonly status: string
  readonly options: IoredisNode['options'] & {
    readonly keyPrefix?: string | undefined
    readonly scaleReads?: unknown
    readonly role?: unknown
    readonly maxRetriesPerRequest?: number | null | undefined
    readonly autoResendUnfulfilledCommands?: boolean | undefined
  }
  /** The nodes of a Cluster; absent on other clients. */
  nodes?(role: 'master'): readonly IoredisNode[]
  /** For each slot of a Cluster the nodes that hold it, the master first; absent on other clients. */
  readonly slots?: readonly (readonly string[])[]
  listenerCount(event: string): number
}

/**
 * Creates the driver for a `new Redis()` or `new Cluster()`. ioredis itself puts its `keyPrefix` before the keys of a
 * command.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything else, and for a client that reads from replicas.
 */
export function createDriver(client: IoredisClient): RedisDriver {
  checkClient(client)
  const sendNow = sendTo(client)
  const send: RedisSend = (command) =>
    client.status === 'ready' ? sendNow(command) : Promise.reject(notReady())
  return {
    send,
    async sendPair(command, second) {
      if (client.status !== 'ready') throw notReady()
      const [reply, secondReply] = await inPipeline(client, [command.args, second])
      return [reply, secondReply]
    },
    masters: async () => mastersOf(client).map(sendTo),
    keyPrefix: client.options.keyPrefix ?? '',
    configWarning: () => configWarningFor(client),
  }
}

/** Returns all masters. Throws if a Cluster lacks a connection to one of them: a scan would miss its sessions. */
function mastersOf(client: IoredisClient): readonly IoredisNode[] {
  if (client.status !== 'ready') throw notReady()
  if (!client.nodes) return [client]
  const nodes = client.nodes('master')
  const count = new Set(client.slots?.map(([master]) => master)).size
  if (nodes.length < count) throw notReady()
  return nodes
}

/**
 * Returns a `send` for one node. With `enableAutoPipelining`, `callBuffer` loses the command name outside a pipeline.
 */
function sendTo(node: IoredisNode): RedisSend {
  if (node.options.enableAutoPipelining)
    return async ({ args }) => (await inPipeline(node, [args]))[0]
  return ({ args: [name = '', ...args] }) => node.callBuffer(String(name), ...args)
}

/** Sends commands one directly after the other. Resolves to their replies, or rejects with the first error. */
async function inPipeline(
  node: IoredisNode,
  commands: readonly (readonly RedisArg[])[],
): Promise<unknown[]> {
  const pipeline = node.pipeline()
  for (const [name = '', ...args] of commands) pipeline.callBuffer(String(name), ...args)
  const replies = (await pipeline.exec()) ?? []
  return replies.map(([error, reply]) => {
    if (error) throw error
    return reply
  })
}

function configWarningFor(client: IoredisClient): string | undefined {
  const { maxRetriesPerRequest, autoResendUnfulfilledCommands = true } = client.options
  const isEndless = maxRetriesPerRequest === null && autoResendUnfulfilledCommands
  const warnings = [
    ...(client.listenerCount('error') > 0 ? [] : [noErrorListener]),
    ...(isEndless ? [resendsForever] : []),
  ]
  return warnings.length > 0 ? warnings.join(' ') : undefined
}

const noErrorListener =
  "The Redis client of the session store has no listener for 'error', so nobody is told when its connection breaks. " +
  "Add one: redis.on('error', (error) => console.error(error))."

const resendsForever =
  'The Redis client of the session store sends commands again however long ago they were given up, a login too. ' +
  'Give the store a client of its own, with maxRetriesPerRequest: 0.'

function checkClient(client: IoredisClient): void {
  if (typeof Object(client).callBuffer !== 'function')
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'ioredisStore() takes what new Redis() or new Cluster() of ioredis 5 or 6 returns. For node-redis there is @sojourn/store-node-redis.',
    )
  const { scaleReads = 'master', role = 'master' } = client.options
  if (scaleReads === 'master' && role === 'master') return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'This client reads from replicas, where a session that was ended still stands for a while. ' +
      "Make one with scaleReads: 'master' (a Cluster) or role: 'master' (Sentinel).",
  )
}
