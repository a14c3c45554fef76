/** A word of a command as it goes over the wire. */
export type RedisArg = string | Buffer

/** One command, and what a client must know to send it. */
export interface RedisCommand {
  /** The command's name, then its arguments. */
  readonly words: readonly RedisArg[]
  /** The first key, by which a Cluster finds the node; absent where any node will do. */
  readonly key?: string
  /** Whether it may write: then it must not leave the client's queue after its deadline. */
  readonly isWrite: boolean
  /** Aborted at the deadline. It is made when it is read, so read it only where the client can use it. */
  readonly call: { readonly signal: AbortSignal }
}

/** Sends a command to a master and answers what Redis replied: blobs as `Buffer`, integers as numbers, nil as `null`. */
export type RedisSend = (command: RedisCommand) => Promise<unknown>

/** How many replicas must have a write before it counts, and how long they are waited for, in ms. */
export interface ReplicaWait {
  readonly replicas: number
  readonly timeoutMs: number
}

/** One Redis client seen as one function, and the little that the function cannot say. */
export interface RedisDriver {
  /**
   * Rejects at once where the connection is not ready (clause 8).
   * @throws what the client throws; the engine makes a SessionStoreError of it.
   */
  readonly send: RedisSend
  /** Sends a command and, right behind it on the same connection, the words of another; answers both replies. */
  sendPair(command: RedisCommand, second: readonly RedisArg[]): Promise<readonly [unknown, unknown]>
  /** One `send` for each master: an iteration over all keys has to ask them all. */
  masters(): Promise<readonly RedisSend[]>
  /** What the client itself puts before every key, unasked. */
  readonly keyPrefix?: string
  /** What the operator should be told of the way the client is set up, if anything; asked at the first command. */
  configWarning?(): string | undefined
}
