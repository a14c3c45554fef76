import type { RedisArg } from '@sojourn/store-redis'

/** The options of `sendCommand` that Sojourn uses; the same in node-redis 5 and 6. */
export interface CommandOptions {
  /** 36 is `RESP_TYPES.BLOB_STRING`: bulk strings are returned as Buffers. */
  readonly typeMapping: { readonly 36: typeof Buffer }
  /** 0 turns off the timer that node-redis 6 starts for each command: Sojourn has its own deadline. */
  readonly timeout: 0
  /** Removes a command that has not been written yet from the client's queue. */
  readonly abortSignal?: AbortSignal
  /** Commands of one chain stay on one connection: if it breaks, none of them is sent on the next one. */
  readonly chainId?: symbol
}

interface Emitter {
  listenerCount(event: string): number
}

/** One connection of a client or a pool. */
export interface NodeRedisConnection {
  readonly isOpen: boolean
  /** Absent on a pool. */
  readonly isReady?: boolean
  sendCommand(args: RedisArg[], options: CommandOptions): Promise<unknown>
  connect(): Promise<unknown>
  destroy(): unknown
}

/** The part of the clients of `createClient()` and `createClientPool()` that Sojourn uses. */
export interface NodeRedisClient extends Emitter, NodeRedisConnection {
  /** Runs a task on a connection of the pool; absent on a single client. */
  execute?<Result>(task: (connection: NodeRedisConnection) => Promise<Result>): Promise<Result>
}

/** The lease of a connection to the master that a Sentinel client gives to a task. */
export interface NodeRedisLease {
  /** Runs a task on the connection itself. All releases have it, though its name marks it as internal. */
  _execute<Result>(
    isReadonly: false,
    task: (connection: NodeRedisConnection) => Promise<Result>,
  ): Promise<Result>
}

/** The part of the client of `createSentinel()` that Sojourn uses. */
export interface NodeRedisSentinel extends Emitter, NodeRedisLease {
  readonly isOpen: boolean
  readonly isReady: boolean
  use<Result>(task: (lease: NodeRedisLease) => Promise<Result>): Promise<Result>
}

/** The part of the client of `createCluster()` that Sojourn uses. */
export interface NodeRedisCluster extends Emitter {
  readonly isOpen: boolean
  /** Absent in node-redis 5. */
  readonly isReady?: boolean
  readonly masters: readonly object[]
  /** For each slot the connection to its master; absent while there is none. */
  readonly slots: readonly {
    readonly master: { readonly client?: NodeRedisConnection | undefined }
  }[]
  nodeClient(master: object): PromiseLike<NodeRedisConnection>
  sendCommand(
    firstKey: string | undefined,
    isReadonly: false,
    args: RedisArg[],
    options: CommandOptions,
  ): Promise<unknown>
}
