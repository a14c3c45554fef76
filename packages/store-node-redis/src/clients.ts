import type { RedisWord } from '@sojourn/store-redis'

/** How a command is sent. node-redis 5 and 6 understand the same. */
export interface CommandOptions {
  /** 36 is `RESP_TYPES.BLOB_STRING`: blobs come as Buffers. */
  readonly typeMapping: { readonly 36: typeof Buffer }
  /** 0 spares the AbortSignal that node-redis 6 would arm for each command: Sojourn has a deadline of its own. */
  readonly timeout: 0
  /** Takes a command that was not yet written out of the client's queue. */
  readonly abortSignal?: AbortSignal
}

interface Emitter {
  listenerCount(event: string): number
}

/** What Sojourn uses of `createClient()` and `createClientPool()`. */
export interface NodeRedisClient extends Emitter {
  readonly isOpen: boolean
  /** A pool does not say. */
  readonly isReady?: boolean
  sendCommand(words: RedisWord[], options: CommandOptions): Promise<unknown>
}

/** What Sojourn uses of `createSentinel()`. */
export interface NodeRedisSentinel extends Emitter {
  readonly isOpen: boolean
  readonly isReady: boolean
  sendCommand(isReadonly: false, words: RedisWord[], options: CommandOptions): Promise<unknown>
}

/** What Sojourn uses of `createCluster()`. */
export interface NodeRedisCluster extends Emitter {
  readonly isOpen: boolean
  /** node-redis 5 does not say. */
  readonly isReady?: boolean
  readonly masters: readonly object[]
  nodeClient(master: object): PromiseLike<Pick<NodeRedisClient, 'sendCommand'>>
  sendCommand(
    firstKey: string | undefined,
    isReadonly: false,
    words: RedisWord[],
    options: CommandOptions,
  ): Promise<unknown>
}
