import { getHashes } from 'node:crypto'
import { check, checkOptions } from '@sojourn/core/store'
import { type ExpressStore, readRecord, removeRecord } from '../express-session/express-store.ts'
import { unsignText } from '../express-session/signed-cookie.ts'
import { isObject } from '../json.ts'
import { type RedisClient, redisRecords } from '../redis-records.ts'
import {
  checkSourceOptions,
  type ForeignData,
  type ForeignSession,
  type SessionSource,
  type SourceOptions,
  sourceOptionNames,
  type UnreadableRecord,
} from '../source.ts'

/** Options of `fastifySessionSource`: those of `@fastify/session` and its store, and either `client` or `store`. */
export interface FastifySessionOptions<Data extends object = ForeignData>
  extends SourceOptions<Data> {
  /** The option `secret` of `@fastify/session`: one, a list of which each is tried, or an object that signs. */
  readonly secret: string | readonly string[] | FastifySigner
  /** The option `algorithm` of `@fastify/session`. @default 'sha256' */
  readonly algorithm?: string
  /** The option `cookieName` of `@fastify/session`. @default 'sessionId' */
  readonly cookieName?: string
  /** The option `cookiePrefix` of `@fastify/session`. @default '' */
  readonly cookiePrefix?: string
  /** The Redis client that connect-redis has, for sessions in Redis. */
  readonly client?: RedisClient
  /** The option `prefix` of connect-redis, without a `keyPrefix` of ioredis. @default 'sess:' */
  readonly prefix?: string
  /** The option `serializer` of connect-redis. @default JSON */
  readonly serializer?: { parse(text: string): unknown }
  /** Any other store of `@fastify/session`. */
  readonly store?: ExpressStore
}

/** What a source uses of an object that signs. */
export interface FastifySigner {
  unsign(text: string): { readonly valid: boolean; readonly value: string | null }
}

const known = {
  ...sourceOptionNames,
  secret: true,
  algorithm: true,
  cookieName: true,
  cookiePrefix: true,
  client: true,
  prefix: true,
  serializer: true,
  store: true,
} as const

/** How long after its request an old server may still write a record, in ms. */
const writeDelayMs = 600_000
/** How long stores keep a session whose cookie has no `maxAge`, in ms. */
const defaultTtlMs = 86_400_000

/**
 * Returns the sessions of `@fastify/session`, as the source of a migration: those that connect-redis keeps in Redis, or those
 * of any store. A session is opened as the plugin opens it: up to `cookie.expires` of its record, which `rolling: false`
 * leaves as it was at the last write, and for as long as its store has it.
 *
 * Its data is what the application has put into `request.session`, without `cookie`. Dates are the texts that JSON makes of
 * them, also where the store has kept the objects themselves.
 * @see docs/how-to/migrate-from-fastify-session.md
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for wrong options.
 * @example
 * const store = migrateStore({
 *   from: fastifySessionSource({ client, secret: OLD_SECRET, userId: (data) => data.user?.id }),
 *   to: nodeRedisStore(client),
 * })
 */
export function fastifySessionSource<Data extends object = ForeignData>(
  options: FastifySessionOptions<Data>,
): SessionSource {
  checkOptions(options, known, 'fastifySessionSource()')
  checkSourceOptions(options)
  const { cookieName = 'sessionId', cookiePrefix = '' } = options
  const unsign = createUnsign(options)

  return {
    library: '@fastify/session',
    cookieNames: [cookieName],
    options: options as SourceOptions,
    verify: (cookies) =>
      (cookies.get(cookieName) ?? []).flatMap((value) => {
        const text = decode(value)
        const key = text?.startsWith(cookiePrefix)
          ? unsign(text.slice(cookiePrefix.length))
          : undefined
        return key === undefined ? [] : [{ key }]
      }),
    ...recordsOf(options),
  }
}

function recordsOf({
  client,
  store,
  prefix = 'sess:',
  serializer,
}: Pick<FastifySessionOptions, 'client' | 'store' | 'prefix' | 'serializer'>): Required<
  Pick<SessionSource, 'find' | 'end'>
> {
  check(
    (client === undefined) !== (store === undefined),
    'fastifySessionSource() takes a client or a store',
    'Give one of them: client for connect-redis, store for any other store of @fastify/session',
  )
  if (client) {
    const records = redisRecords(client)
    return {
      async find(id, { at }) {
        const found = await records.read(prefix + id)
        return found && sessionOf(await toJson(found.value, serializer), at, found.ttl)
      },
      end: (id) => records.remove(prefix + id),
    }
  }
  check(
    typeof store?.get === 'function' && typeof store.destroy === 'function',
    'store is no store of @fastify/session',
    'Give the one that the plugin had',
  )
  const given = store as ExpressStore
  return {
    async find(id, { at }) {
      const record = await readRecord(given, id)
      return record && sessionOf(JSON.stringify(record), at)
    },
    end: (id) => removeRecord(given, id),
  }
}

/** Returns the JSON of what a record holds; '' for one that the serializer cannot read. */
async function toJson(
  text: string,
  serializer: FastifySessionOptions['serializer'],
): Promise<string> {
  if (!serializer) return text
  try {
    return JSON.stringify(await serializer.parse(text)) ?? ''
  } catch {
    return ''
  }
}

/**
 * Returns the session in the JSON of a record; `undefined` if the plugin would not open it any more. `ttl` is how long it is
 * kept, in ms; infinite if its store does not tell.
 */
function sessionOf(
  json: string,
  at: number,
  ttl = Number.POSITIVE_INFINITY,
): ForeignSession | UnreadableRecord | undefined {
  const { cookie, ...data } = parse(json) ?? {}
  if (!isObject(cookie))
    return { unreadable: 'The record has no cookie, so it is not one of @fastify/session' }
  const { expires, originalMaxAge } = cookie
  const cookieExpiresAt = expires ? Date.parse(String(expires)) : Number.POSITIVE_INFINITY
  if (Number.isNaN(cookieExpiresAt)) return { unreadable: 'cookie.expires is not a time' }
  const expiresAt = Math.min(cookieExpiresAt, at + ttl)
  if (expiresAt <= at) return undefined
  const maxAge = typeof originalMaxAge === 'number' && originalMaxAge > 0 ? originalMaxAge : 0
  const keptFor = Number.isFinite(ttl) ? Math.max(ttl, maxAge || defaultTtlMs) : maxAge
  return {
    data,
    persistent: Boolean(expires),
    ...(keptFor > 0 ? { opensUntil: at + keptFor + writeDelayMs } : {}),
    ...(Number.isFinite(expiresAt) ? { expiresAt } : {}),
    ...(maxAge > 0 ? { maxAge } : {}),
  }
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(json)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Returns the value as `@fastify/cookie` decodes it; `undefined` if it cannot be. */
function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** Returns what gives the id in a signed text, or `undefined` if none of the secrets has signed it. */
function createUnsign({
  secret,
  algorithm = 'sha256',
}: Pick<FastifySessionOptions, 'secret' | 'algorithm'>) {
  if (isSigner(secret))
    return (text: string) => {
      const { valid, value } = secret.unsign(text)
      return (valid && value) || undefined
    }
  const secrets = typeof secret === 'string' ? [secret] : secret
  check(
    Array.isArray(secrets) &&
      secrets.length > 0 &&
      secrets.every((one) => typeof one === 'string' && one !== ''),
    'secret is missing or empty',
    'Give the one that @fastify/session had, or the list',
  )
  check(
    getHashes().includes(algorithm.toLowerCase()) || getHashes().includes(algorithm),
    'algorithm is none that this Node.js knows',
    'Give the one that @fastify/session had',
  )
  return (text: string) => unsignText(text, secrets, algorithm)
}

function isSigner(secret: FastifySessionOptions['secret']): secret is FastifySigner {
  return typeof Object(secret).unsign === 'function'
}
