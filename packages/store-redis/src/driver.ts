/** One argument of a Redis command, as sent on the wire. */
export type RedisArg = string | Buffer

/** One Redis command, and what a client needs in order to send it. */
export interface RedisCommand {
  /** The command's name followed by its arguments. */
  readonly args: readonly RedisArg[]
  /** The first key, which selects the node of a Cluster; absent if any node will do. */
  readonly key?: string
  /** True if the command may write. A write must not leave the client's queue after its deadline. */
  readonly isWrite: boolean
  /** `signal` is aborted at the deadline. The getter creates the signal, so read it only if the client can use it. */
  readonly call: { readonly signal: AbortSignal }
}

/** Sends a command to a master. Resolves to the reply: strings as `Buffer`, integers as numbers, nil as `null`. */
export type RedisSend = (command: RedisCommand) => Promise<unknown>

/** How many replicas must acknowledge a write by `WAIT`. */
export interface ReplicaWait {
  /** The number of replicas that must have the write; a positive integer. */
  readonly replicas: number
  /** How long to wait for them, in ms; a positive integer, well below `storeTimeout`. */
  readonly timeoutMs: number
}

/** Adapts one Redis client to the engine of this package. */
export interface RedisDriver {
  /**
   * Sends one command. Rejects at once with `notReady()` while the client is not connected (clause 8).
   * @throws whatever the client throws; the engine turns it into a `SessionStoreError`.
   */
  readonly send: RedisSend
  /** Sends `command` and, right behind it on the same connection, `second`. Resolves to both replies. */
  sendPair(command: RedisCommand, second: readonly RedisArg[]): Promise<readonly [unknown, unknown]>
  /** Returns one `send` per master: `SCAN` has to run on each of them. */
  masters(): Promise<readonly RedisSend[]>
  /** The prefix that the client itself adds to every key. @default '' */
  readonly keyPrefix?: string
  /** Returns a warning if the client's configuration is unsafe for sessions. Called once, before the first command. */
  configWarning?(): string | undefined
  /** Receives the store's `warn`, for what an operator should hear of later. Called once, before the first command. */
  warnWith?(warn: (message: string) => void): void
}
