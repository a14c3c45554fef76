import { SessionUsageError } from '@sojourn/core'

/**
 * What a source uses of a client of `redis` (node-redis) or `ioredis`, for one server, a Cluster or Sentinel. A `keyPrefix` is
 * the client's own and applies to all keys.
 */
export interface RedisClient {
  get(key: string): Promise<unknown>
  del(key: string): Promise<unknown>
  /** Of node-redis. */
  pTTL?(key: string): Promise<unknown>
  /** Of node-redis; it yields one key or several at a time. */
  scanIterator?(options: {
    MATCH: string
    COUNT: number
  }): AsyncIterable<string | readonly string[]>
  /** Of ioredis. */
  pttl?(key: string): Promise<unknown>
  /** Of ioredis. */
  scanStream?(options: { match: string; count: number }): AsyncIterable<readonly string[]>
  /** `keyPrefix` goes before each key, but not before a pattern. */
  readonly options?: { readonly keyPrefix?: string | Uint8Array | undefined } | undefined
  /** Runs a script, with the arguments that each library has for it; for servers beside old ones. */
  readonly eval?: unknown
}

/** A record in Redis. */
interface RedisRecord {
  readonly value: string
  /** How long it is kept, in ms; `undefined` if it does not expire. */
  readonly ttl: number | undefined
}

/** Reads and deletes records. */
export interface RedisRecords {
  /** Returns a record; `undefined` if there is none. Its value and its time to live take one round trip. */
  read(key: string): Promise<RedisRecord | undefined>
  remove(key: string): Promise<void>
  /** Yields the keys that begin with a prefix, in any order, some perhaps twice. Absent for a Cluster. */
  readonly keys?: (prefix: string) => AsyncIterable<string>
}

/**
 * Returns the records behind a Redis client.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything else.
 */
export function redisRecords(client: RedisClient): RedisRecords {
  const { get, del, pTTL, pttl } = Object(client)
  const timeToLive = pTTL ?? pttl
  if ([get, del, timeToLive].some((method) => typeof method !== 'function'))
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'client is no client of redis (node-redis) or ioredis. Give the one that the old sessions were stored with.',
    )
  return {
    async read(key) {
      const [value, ttl] = await Promise.all([client.get(key), timeToLive.call(client, key)])
      const left = Number(ttl)
      if (value === null || value === undefined || left === goneTtl) return undefined
      return { value: String(value), ttl: left < 0 ? undefined : left }
    },
    async remove(key) {
      await client.del(key)
    },
    ...(client.scanIterator || client.scanStream ? { keys: scanner(client) } : {}),
  }
}

function scanner(client: RedisClient): (prefix: string) => AsyncIterable<string> {
  const keyPrefix = String(client.options?.keyPrefix ?? '')
  return async function* (prefix) {
    const pattern = `${escapePattern(keyPrefix + prefix)}*`
    const steps =
      client.scanIterator?.({ MATCH: pattern, COUNT: 100 }) ??
      client.scanStream?.({ match: pattern, count: 100 }) ??
      []
    for await (const step of steps)
      for (const key of [step].flat()) yield key.slice(keyPrefix.length)
  }
}

/** Returns the pattern that matches this text alone. */
function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, '\\$&')
}

/** What PTTL replies for a key that is not there; for one that does not expire it replies -1. */
const goneTtl = -2
