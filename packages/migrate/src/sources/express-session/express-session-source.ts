import { check, checkOptions } from '@sojourn/core/store'
import { type RedisClient, redisRecords } from '../redis-records.ts'
import {
  checkSourceOptions,
  type ForeignData,
  type ForeignSession,
  type SessionSource,
  type SourceCall,
  type SourceOptions,
  sourceOptionNames,
  type UnreadableRecord,
} from '../source.ts'
import { expressRecords, type OldServers } from './express-records.ts'
import { type ExpressStore, readRecord, removeRecord } from './express-store.ts'
import { type SigningSecret, unsignCookie } from './signed-cookie.ts'

/** Options of `expressSessionSource`: those of express-session and its store, and either `client` or `store`. */
export interface ExpressSessionOptions<Data extends object = ForeignData>
  extends SourceOptions<Data> {
  /** The option `secret` of express-session: one, or a list of which each is tried. */
  readonly secret: SigningSecret | readonly SigningSecret[]
  /** The option `name` of express-session. @default 'connect.sid' */
  readonly name?: string
  /** The Redis client that connect-redis has, for sessions in Redis. */
  readonly client?: RedisClient
  /** The option `prefix` of connect-redis, without a `keyPrefix` of the client. @default 'sess:' */
  readonly prefix?: string
  /** The option `serializer` of connect-redis. @default JSON */
  readonly serializer?: { parse(text: string): unknown; stringify?(value: unknown): string }
  /**
   * With `client`: what old servers expect of a session, if new ones run beside them. Then `migrateStore` with `keepOld` is a
   * bridge: sessions are the same on both, in both directions. Without `keepOld` the switch is finished: what old servers wrote
   * last is taken over, old records are left to expire, and old cookies open only what no new server has seen. Leave it out
   * where old and new servers never ran together.
   *
   * Old servers go on breaking what express-session breaks: of two parallel writes on old servers one is lost (P2); a request
   * on its way during a logout writes the session again, which opens on old servers until a new one sees it, and never on new
   * ones (P1); ids are stored as they are (P5); `revokeAll` misses sessions that no new server has seen (P10).
   */
  readonly oldServers?: OldServers
  /** Any other store of express-session. */
  readonly store?: ExpressStore
}

/**
 * Returns the sessions of express-session, as the source of a migration: those that connect-redis 7 to 10 keeps in Redis, or
 * those of any store. A session has expired when its store says so: the time in its record is out of date after a touch.
 *
 * Its data is what the application has put into `req.session`, without `cookie`. Dates are the texts that JSON makes of them.
 * @see docs/how-to/migrate-from-express-session.md
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for wrong options.
 * @example
 * const store = migrateStore({
 *   from: expressSessionSource({ client, secret: OLD_SECRET, userId: (data) => data.passport?.user }),
 *   to: nodeRedisStore(client),
 * })
 */
export function expressSessionSource<Data extends object = ForeignData>(
  options: ExpressSessionOptions<Data>,
): SessionSource {
  checkSourceOptions(checkOptions(options, known, 'expressSessionSource()'))
  const { name = 'connect.sid' } = options
  const secrets = secretsOf(options.secret)
  check(typeof name === 'string' && name !== '', 'name is no text', "Give 'connect.sid'")
  const records = recordsOf(options)

  return {
    library: 'express-session',
    cookieNames: [name],
    options: options as SourceOptions,
    verify: (cookies) =>
      (cookies.get(name) ?? [])
        .map((value) => unsignCookie(value, secrets))
        .filter((key) => key !== undefined)
        .map((key) => ({ key })),
    ...records,
    ...oldRecordsOf(options, { name, secrets }),
  }
}

const known = {
  ...sourceOptionNames,
  secret: true,
  name: true,
  client: true,
  prefix: true,
  serializer: true,
  oldServers: true,
  store: true,
} as const

/** Returns the records that new servers write for old ones, if there are any. */
function oldRecordsOf<Data extends object>(
  options: ExpressSessionOptions<Data>,
  { name, secrets }: { name: string; secrets: readonly SigningSecret[] },
): Pick<SessionSource, 'oldRecords'> {
  const { client, oldServers, prefix = 'sess:', serializer = JSON, userId, data } = options
  const [secret] = secrets
  if (!oldServers || !secret) return {}
  check(
    client !== undefined,
    'oldServers needs client',
    'Only sessions of connect-redis are shared',
  )
  check(
    data === undefined,
    'data and oldServers are both set',
    'Old and new servers share the data',
  )
  check(
    (userId === undefined) === (oldServers.logIn === undefined),
    'userId and oldServers.logIn belong together',
    'userId finds the user in an old session, and logIn puts one there',
  )
  check(
    typeof serializer.stringify === 'function',
    'serializer has no stringify',
    'Give that of connect-redis',
  )
  return client
    ? { oldRecords: expressRecords({ client, prefix, serializer, secret, name, oldServers }) }
    : {}
}

type Records = Required<Pick<SessionSource, 'find' | 'end'>> & Pick<SessionSource, 'scan'>

function recordsOf<Data extends object>(options: ExpressSessionOptions<Data>): Records {
  const { client, store, prefix = 'sess:', serializer = JSON } = options
  check(
    (client === undefined) !== (store === undefined),
    'expressSessionSource() takes a client or a store',
    'Give one of them: client for connect-redis, store for any other store of express-session',
  )
  if (client) return redisStoreRecords(client, { prefix, serializer })
  check(
    typeof store?.get === 'function' && typeof store.destroy === 'function',
    'store is no store of express-session',
    'Give the one that session({ store }) had',
  )
  return storeRecords(store as ExpressStore)
}

/** What connect-redis 6.1 leaves for a while in place of a session that was destroyed. */
const tombstone = 'TOMBSTONE'

function redisStoreRecords(
  client: RedisClient,
  { prefix, serializer }: { prefix: string; serializer: { parse(text: string): unknown } },
): Records {
  const records = redisRecords(client)
  const { keys } = records
  const found: Records = {
    async find(sid, call) {
      const record = await records.read(prefix + sid)
      if (!record || record.value === tombstone) return undefined
      const parsed = await parse(record.value, serializer)
      if (parsed === undefined)
        return { unreadable: 'The record is not what the serializer writes' }
      return sessionOf(parsed, call, record.ttl ?? Infinity)
    },
    end: (sid) => records.remove(prefix + sid),
  }
  if (!keys) return found
  return {
    ...found,
    async *scan(call) {
      for await (const key of keys(prefix)) {
        call.signal.throwIfAborted()
        const sid = key.slice(prefix.length)
        const session = await found.find(sid, call)
        if (session) yield { key: sid, found: session }
      }
    },
  }
}

function storeRecords(store: ExpressStore): Records {
  return {
    async find(sid, call) {
      const record = await readRecord(store, sid)
      return record && sessionOf(record, call)
    },
    end: (sid) => removeRecord(store, sid),
  }
}

async function parse(text: string, serializer: { parse(text: string): unknown }): Promise<unknown> {
  try {
    return await serializer.parse(text)
  } catch {
    return undefined
  }
}

/** How long after its request an old server may still write a record, in ms. */
const writeDelayMs = 600_000
/** How long connect-redis keeps a session whose cookie has no `maxAge`, in ms. */
const defaultTtlMs = 86_400_000

/**
 * Returns the session in a record. `ttl` is how long it is kept, in ms, infinite if it does not expire; `undefined` if its store
 * does not tell. For how long a store keeps a session without a `maxAge` is its own affair: 14 days for connect-mongo.
 */
function sessionOf(
  record: unknown,
  { at }: SourceCall,
  ttl?: number,
): ForeignSession | UnreadableRecord {
  const { cookie, ...data } = Object(record)
  if (typeof cookie !== 'object' || cookie === null)
    return { unreadable: 'The record has no cookie, so it is not one of express-session' }
  const { originalMaxAge } = cookie
  const maxAge = Number.isFinite(originalMaxAge) && originalMaxAge > 0 ? originalMaxAge : undefined
  const keptFor = ttl === undefined ? (maxAge ?? Infinity) : Math.max(ttl, maxAge ?? defaultTtlMs)
  return {
    data,
    persistent: maxAge !== undefined,
    ...(Number.isFinite(keptFor) ? { opensUntil: at + keptFor + writeDelayMs } : {}),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(ttl !== undefined && Number.isFinite(ttl) ? { expiresAt: at + ttl } : {}),
  }
}

function secretsOf(secret: SigningSecret | readonly SigningSecret[]): readonly SigningSecret[] {
  const secrets = Array.isArray(secret) ? secret : [secret]
  const isSecret = (each: unknown) =>
    typeof each === 'object' ? each !== null : typeof each === 'string' && each !== ''
  check(
    secrets.length > 0 && secrets.every(isSecret),
    'secret is missing or empty',
    'Give the one that session({ secret }) had, or the list',
  )
  return secrets
}
