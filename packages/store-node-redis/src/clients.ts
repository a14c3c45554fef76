import type { RedisArg } from '@sojourn/store-redis'

/** How a command is sent. node-redis 5 and 6 understand the same. */
export interface CommandOptions {
  /** 36 is `RESP_TYPES.BLOB_STRING`: blobs come as Buffers. */
  readonly typeMapping: { readonly 36: typeof Buffer }
  /** 0 spares the AbortSignal that node-redis 6 would arm for each command: Sojourn has a deadline of its own. */
  readonly timeout: 0
  /** Takes a command that was not yet written out of the client's queue. */
  readonly abortSignal?: AbortSignal
  /** Commands of one chain stay on one connection: when it breaks, none of them is sent on the next. */
  readonly chainId?: symbol
}

interface Emitter {
  listenerCount(event: string): number
}

/** One connection, as a pool lends it. */
export interface NodeRedisConnection {
  readonly isOpen: boolean
  /** A pool does not say of itself. */
  readonly isReady?: boolean
  sendCommand(words: RedisArg[], options: CommandOptions): Promise<unknown>
}

/** What Sojourn uses of `createClient()` and `createClientPool()`. */
export interface NodeRedisClient extends Emitter, NodeRedisConnection {
  /** Only a pool lends connections. */
  execute?<Result>(task: (connection: NodeRedisConnection) => Promise<Result>): Promise<Result>
}

/** The connection to the master, as a Sentinel client lends it. */
export interface NodeRedisLease {
  sendCommand(isReadonly: false, words: RedisArg[], options: CommandOptions): Promise<unknown>
}

/** What Sojourn uses of `createSentinel()`. */
export interface NodeRedisSentinel extends Emitter, NodeRedisLease {
  readonly isOpen: boolean
  readonly isReady: boolean
  use<Result>(task: (lease: NodeRedisLease) => Promise<Result>): Promise<Result>
}

/** What Sojourn uses of `createCluster()`. */
export interface NodeRedisCluster extends Emitter {
  readonly isOpen: boolean
  /** node-redis 5 does not say. */
  readonly isReady?: boolean
  readonly masters: readonly object[]
  nodeClient(master: object): PromiseLike<NodeRedisConnection>
  sendCommand(
    firstKey: string | undefined,
    isReadonly: false,
    words: RedisArg[],
    options: CommandOptions,
  ): Promise<unknown>
}
