import type { Duration } from '@sojourn/core'
import { check, checkOptions, milliseconds } from '@sojourn/core/store'
import { redisRecords } from '../redis-records.ts'
import {
  checkSourceOptions,
  type ForeignData,
  type ForeignSession,
  type SessionSource,
  type SourceOptions,
  sourceOptionNames,
} from '../source.ts'
import { fromGoData } from './go-data.ts'
import { isSessionXId, parseRecord, type SessionXRecord } from './record.ts'
import { openSealedCookie } from './sealed-cookie.ts'
import { createSharedRecords, type WritingClient } from './shared-records.ts'
import { shareWithGo } from './shared-store.ts'

/** Options of `sessionXSource`. Give `client` for sessions in Redis, or `secretKey` for sessions sealed in the cookie. */
export interface SessionXOptions<Data extends object = ForeignData> extends SourceOptions<Data> {
  /** A client of node-redis or ioredis that reaches the Redis of SessionX. */
  readonly client?: WritingClient
  /** The `Prefix` of SessionX's Redis store. @default 'sessionx:' */
  readonly prefix?: string
  /**
   * The `SecretKey` of SessionX, 16, 24 or 32 bytes as they are: a string stands for its UTF-8. Several, if there have been
   * several.
   */
  readonly secretKey?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** The `CookieName` of SessionX. @default 'sessionx' */
  readonly cookieName?: string
  /**
   * With `client`: whether Go services with SessionX go on running. Each session then has a record of SessionX too, which both
   * sides read and write; what that costs is in the how-to. @default false
   */
  readonly dual?: boolean | DualOptions
  /** The `MaxAge` of SessionX, which limits the time since `UpdatedAt`; 0 if it has none. @default '24h' */
  readonly maxAge?: Duration | 0
}

/** How Sojourn writes the sessions of Go services. */
export interface DualOptions {
  /** The `Secure` of SessionX. @default true */
  readonly secure?: boolean
  /** The `SameSite` of SessionX. @default 'Lax' */
  readonly sameSite?: 'Lax' | 'Strict' | 'None'
  /** The `TTL` of SessionX's Redis store. @default '24h' */
  readonly ttl?: Duration
}

const known = {
  ...sourceOptionNames,
  dual: true,
  client: true,
  prefix: true,
  secretKey: true,
  cookieName: true,
  maxAge: true,
} as const

/** How long after its request a Go service may still write a record, in ms. */
const writeDelayMs = 600_000

/**
 * Returns the source of SessionX's sessions, for `migrateStore`: records in Redis, or sealed cookies. A session is opened as
 * the library opens it: up to `maxAge` after its `UpdatedAt`. Flash messages become those of `session.flash`.
 *
 * The cookie of a session in Redis is its bare id, so a forged one of the right form costs two look-ups and opens nothing.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for options that do not fit.
 * @example
 * ```ts
 * const store = migrateStore({
 *   from: sessionXSource({ client, prefix: 'auth:', userId: (data) => data.user_id }),
 *   to: nodeRedisStore(client),
 * })
 * ```
 */
export function sessionXSource<Data extends object = ForeignData>(
  options: SessionXOptions<Data>,
): SessionSource {
  const {
    client,
    prefix = 'sessionx:',
    secretKey,
    cookieName: name = 'sessionx',
    maxAge = '24h',
    dual = false,
    until,
  } = checkOptions(options, known, 'sessionXSource()')
  checkSourceOptions(options)
  check(
    (client === undefined) !== (secretKey === undefined),
    'sessionXSource() needs a client or a secretKey',
    'Give client if SessionX has a Redis store, and secretKey if its sessions are in the cookie',
  )
  check(
    dual === false || client !== undefined,
    'dual needs a client',
    'Sessions that are sealed in cookies cannot be shared: give the client of the Redis of SessionX',
  )
  check(
    dual === false || options.data === undefined,
    'data is set, and so is dual',
    'Leave data out while Go services run: what it leaves out would be gone from their records',
  )
  check(
    client !== undefined || maxAge !== 0 || until !== undefined,
    'maxAge is 0, and until is not set',
    'Say in until when the migration ends: these cookies never expire by themselves',
  )
  const maxAgeMs = maxAge === 0 ? Number.POSITIVE_INFINITY : milliseconds(maxAge, 'maxAge')
  const common = {
    library: 'SessionX',
    cookieNames: [name],
    options: options as SourceOptions,
  } as const
  if (client === undefined) {
    const secrets = secretsOf(secretKey ?? [])
    return {
      ...common,
      verify: (cookies, at) =>
        (cookies.get(name) ?? []).flatMap((value) => {
          const record = parseRecord(openSealedCookie(value, secrets) ?? '')
          const session = record && toSession(record, { at, maxAgeMs })
          return session ? [{ key: record.id, session }] : []
        }),
    }
  }
  const records = redisRecords(client)
  return {
    ...common,
    verify: (cookies) => (cookies.get(name) ?? []).filter(isSessionXId).map((key) => ({ key })),
    async find(key, { at }) {
      const found = await records.read(prefix + key)
      if (!found) return undefined
      const record = parseRecord(found.value)
      if (!record) return { unreadable: 'The record is not what SessionX writes' }
      return toSession(record, { at, maxAgeMs, ttl: found.ttl })
    },
    end: (key) => records.remove(prefix + key),
    ...(dual && {
      share: sharing({ ...(options as SourceOptions), client, prefix, cookieName: name, dual }),
    }),
  }
}

/** Returns the `share` of the source. @throws SessionUsageError `ERR_CONFIG_INVALID` for wrong options. */
function sharing({
  client,
  prefix,
  cookieName,
  dual,
  userId,
  path = '/',
  domain,
}: SourceOptions & {
  readonly client: WritingClient
  readonly prefix: string
  readonly cookieName: string
  readonly dual: true | DualOptions
}): NonNullable<SessionSource['share']> {
  const {
    secure = true,
    sameSite = 'Lax',
    ttl = '24h',
  } = checkOptions(dual === true ? {} : dual, { secure: true, sameSite: true, ttl: true }, 'dual')
  const ttlMs = milliseconds(ttl, 'dual.ttl')
  const attributes = [
    `; Path=${path}`,
    ...(domain === undefined ? [] : [`; Domain=${domain}`]),
    '; HttpOnly',
    ...(secure ? ['; Secure'] : []),
    `; SameSite=${sameSite}`,
  ].join('')
  return (store, context) => {
    const records = createSharedRecords({ client, prefix }, context.env)
    return shareWithGo(store, { records, cookieName, attributes, ttl: ttlMs, userId }, context)
  }
}

/** Returns a session as the migration takes it; `undefined` if SessionX would not open it any more. */
function toSession(
  { data, createdAt, updatedAt }: SessionXRecord,
  {
    at,
    maxAgeMs,
    ttl = Number.POSITIVE_INFINITY,
  }: { at: number; maxAgeMs: number; ttl?: number | undefined },
): ForeignSession | undefined {
  const expiresAt = Math.min(updatedAt + maxAgeMs, at + ttl)
  if (expiresAt <= at) return undefined
  const opensUntil = at + Math.max(...[ttl, maxAgeMs].filter(Number.isFinite)) + writeDelayMs
  return {
    data: fromGoData(data),
    createdAt,
    ...(Number.isFinite(expiresAt) ? { expiresAt, opensUntil } : {}),
    ...(Number.isFinite(maxAgeMs) ? { maxAge: maxAgeMs } : {}),
  }
}

function secretsOf(secretKey: NonNullable<SessionXOptions['secretKey']>): readonly Uint8Array[] {
  const given = Array.isArray(secretKey) ? secretKey : [secretKey]
  const secrets = given.map((secret: string | Uint8Array) => Buffer.from(secret as string))
  check(
    secrets.length > 0 && secrets.every(({ length }) => [16, 24, 32].includes(length)),
    'secretKey has not 16, 24 or 32 bytes',
    'Give the SecretKey of SessionX as it is',
  )
  return secrets
}
