import { SessionUsageError } from '@sojourn/core'
import { notReady, type RedisArg, type RedisDriver, type RedisSend } from '@sojourn/store-redis'

/** What Sojourn uses of a connection of ioredis 5 or 6. */
export interface IoredisNode {
  readonly options: { readonly enableAutoPipelining?: boolean | undefined }
  callBuffer(command: string, ...words: RedisArg[]): Promise<unknown>
  pipeline(): IoredisPipeline
}

/** Commands that go over one connection, one behind the other. */
export interface IoredisPipeline {
  callBuffer(command: string, ...words: RedisArg[]): IoredisPipeline
  /** Each with its error or its reply. */
  exec(): Promise<[error: Error | null, reply: unknown][] | null>
}

/** What Sojourn uses of `new Redis()`, Sentinel included, and `new Cluster()`. */
export interface IoredisClient extends IoredisNode {
  readonly status: string
  readonly options: IoredisNode['options'] & {
    readonly keyPrefix?: string | undefined
    readonly scaleReads?: unknown
    readonly role?: unknown
    readonly maxRetriesPerRequest?: number | null | undefined
    readonly autoResendUnfulfilledCommands?: boolean | undefined
  }
  /** Only a Cluster has nodes. */
  nodes?(role: 'master'): readonly IoredisNode[]
  /** Only a Cluster has slots: for each the nodes that hold it, the master first. */
  readonly slots?: readonly (readonly string[])[]
  listenerCount(event: string): number
}

/**
 * `new Redis()` or `new Cluster()`. ioredis puts its `keyPrefix` before the keys of a command by itself.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` when it is neither, or reads from replicas.
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
      const [reply, other] = await inPipeline(client, [command.words, second])
      return [reply, other]
    },
    masters: async () => mastersOf(client).map(sendTo),
    keyPrefix: client.options.keyPrefix ?? '',
    configWarning: () => flawOf(client),
  }
}

/** All of them: a Cluster that has lost one or does not know them yet forgets them, and a scan would miss their sessions. */
function mastersOf(client: IoredisClient): readonly IoredisNode[] {
  if (client.status !== 'ready') throw notReady()
  if (!client.nodes) return [client]
  const nodes = client.nodes('master')
  const count = new Set(client.slots?.map(([master]) => master)).size
  if (nodes.length < count) throw notReady()
  return nodes
}

/** With `enableAutoPipelining`, ioredis loses the name of a command that it was given by name; in a pipeline it does not. */
function sendTo(node: IoredisNode): RedisSend {
  if (node.options.enableAutoPipelining)
    return async ({ words }) => (await inPipeline(node, [words]))[0]
  return ({ words: [name = '', ...words] }) => node.callBuffer(String(name), ...words)
}

/** What Redis answers to commands that go one right behind the other. */
async function inPipeline(
  node: IoredisNode,
  commands: readonly (readonly RedisArg[])[],
): Promise<unknown[]> {
  const pipeline = node.pipeline()
  for (const [name = '', ...words] of commands) pipeline.callBuffer(String(name), ...words)
  const replies = (await pipeline.exec()) ?? []
  return replies.map(([error, reply]) => {
    if (error) throw error
    return reply
  })
}

function flawOf(client: IoredisClient): string | undefined {
  const { maxRetriesPerRequest, autoResendUnfulfilledCommands = true } = client.options
  const isEndless = maxRetriesPerRequest === null && autoResendUnfulfilledCommands
  const flaws = [
    ...(client.listenerCount('error') > 0 ? [] : [isDeaf]),
    ...(isEndless ? [resendsForEver] : []),
  ]
  return flaws.length > 0 ? flaws.join(' ') : undefined
}

const isDeaf =
  "The Redis client of the session store has no listener for 'error', so nobody is told when its connection breaks. " +
  "Add one: redis.on('error', (error) => console.error(error))."

const resendsForEver =
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
