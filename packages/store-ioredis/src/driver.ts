import { SessionUsageError } from '@sojourn/core'
import { notReady, type RedisDriver, type RedisSend, type RedisWord } from '@sojourn/store-redis'

/** What Sojourn uses of a connection of ioredis 5 or 6. */
export interface IoredisNode {
  callBuffer(command: string, ...words: RedisWord[]): Promise<unknown>
}

/** Commands that go over one connection, one behind the other. */
export interface IoredisPipeline {
  callBuffer(command: string, ...words: RedisWord[]): IoredisPipeline
  /** Each with its error or its reply. */
  exec(): Promise<[error: Error | null, reply: unknown][] | null>
}

/** What Sojourn uses of `new Redis()`, Sentinel included, and `new Cluster()`. */
export interface IoredisClient extends IoredisNode {
  readonly status: string
  readonly options: { readonly keyPrefix?: string | undefined; readonly scaleReads?: unknown }
  pipeline(): IoredisPipeline
  /** Only a Cluster has nodes. */
  nodes?(role: 'master'): readonly IoredisNode[]
  listenerCount(event: string): number
}

/**
 * `new Redis()` or `new Cluster()`. ioredis puts its `keyPrefix` before the keys of a command by itself.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` when it is neither, or reads from replicas.
 */
export function createDriver(client: IoredisClient): RedisDriver {
  checkClient(client)
  const send: RedisSend = (command) =>
    client.status === 'ready' ? sendTo(client)(command) : Promise.reject(notReady())
  return {
    send,
    async sendPair(command, second) {
      if (client.status !== 'ready') throw notReady()
      const pipeline = client.pipeline()
      for (const [name = '', ...words] of [command.words, second])
        pipeline.callBuffer(String(name), ...words)
      const replies = (await pipeline.exec()) ?? []
      const [first, other] = replies.map(([error, reply]) => {
        if (error) throw error
        return reply
      })
      return [first, other]
    },
    masters: async () => client.nodes?.('master').map(sendTo) ?? [send],
    keyPrefix: client.options.keyPrefix ?? '',
    flaw: () => flawOf(client),
  }
}

function sendTo(node: IoredisNode): RedisSend {
  return ({ words: [name = '', ...words] }) => node.callBuffer(String(name), ...words)
}

function flawOf(client: IoredisClient): string | undefined {
  if (client.listenerCount('error') > 0) return undefined
  return (
    "The Redis client of the session store has no listener for 'error', so nobody is told when its connection breaks. " +
    "Add one: redis.on('error', (error) => console.error(error))."
  )
}

function checkClient(client: IoredisClient): void {
  if (typeof Object(client).callBuffer !== 'function')
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'ioredisStore() takes what new Redis() or new Cluster() of ioredis 5 or 6 returns.',
    )
  const { scaleReads = 'master' } = client.options
  if (scaleReads !== 'master')
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      "This Cluster reads from replicas, where a session that was ended still stands for a while. Make one with scaleReads: 'master'.",
    )
}
