import type { Codec } from '../data/codec.ts'
import type { DataMigration } from '../data/data-shape.ts'
import type { MergeKey } from '../data/merge.ts'
import type { DataSchema } from '../data/standard-schema.ts'
import type { DeviceProtocol } from '../device-binding/protocol.ts'
import type { CookieOptions } from '../http/cookie.ts'
import type { TokenIn } from '../http/transports.ts'
import type { RollingSecret, Secret } from '../record/secret.ts'
import type { ReplayPolicy, StoreFactory } from '../store/store.ts'
import type { Clock } from '../util/clock.ts'
import type { Duration } from '../util/duration.ts'
import type { FingerprintOptions } from './fingerprint.ts'

/**
 * All options of `createSessionManager`; `defaultConfig` and `devConfig` make them. Durations are milliseconds or a
 * string with a unit, such as `'30m'`. Every option is checked when the manager is created: a wrong or unknown one
 * throws a `SessionUsageError` `ERR_CONFIG_INVALID`.
 * @see docs/reference/config.md
 */
export interface SessionOptions extends CookieOptions {
  /**
   * The secret that signs tokens: 32 random bytes or more, from `openssl rand -base64 32`. To replace it without
   * logging anyone out, list up to 8: the first signs, all verify; or give a `rollingSecret(path)`, which follows its file.
   * With either, `indexKey` is required. A weak one throws `ERR_SECRET_WEAK`.
   */
  readonly secretKey: Secret | readonly Secret[] | RollingSecret
  /**
   * The secret that the groups of users' sessions derive from; 32 bytes or more. If it changes, `manager.sessions` and
   * `revokeAll` no longer find the sessions from before.
   * @default `secretKey`, if it is a single one
   */
  readonly indexKey?: Secret
  /**
   * What keeps applications with one secret or one database apart: part of every key that is derived from the secrets.
   * Sessions, lists and limits belong to one namespace. Set it where two applications share a secret and have cookies of
   * the same name, such as on two hosts. 1 to 64 visible ASCII characters or blanks.
   * @default what tells two cookies apart in a browser: `cookieName`, and `domain` and `path` if they are not the defaults
   */
  readonly namespace?: string
  /**
   * Where sessions are stored: what `memoryStore()`, `nodeRedisStore(client)`, `cookieStore()` or
   * `keyedStore(backend)` return.
   */
  readonly store: StoreFactory
  /**
   * Where a client carries its token: in the cookie, in `Authorization: Bearer`, or in a header of your own. A list
   * allows several; the first is used for a visitor who has no token yet. Never the URL or the body.
   * @default 'cookie'
   */
  readonly tokenIn?: TokenIn | readonly TokenIn[]
  /**
   * Idle limit: a session that is not used for this long ends, at most one touch interval later. No longer than
   * `absoluteTimeout`.
   * @default '24h', or `absoluteTimeout` if that is less
   */
  readonly maxAge?: Duration
  /** Absolute limit: a session ends this long after its creation or last login, used or not. @default '30d' */
  readonly absoluteTimeout?: Duration
  /**
   * How often, at most, the use of a session is written to the store; in between, requests that only read write
   * nothing. At most a quarter of `maxAge`.
   * @default the smaller of '60s' and a tenth of `maxAge`
   */
  readonly touchInterval?: Duration
  /**
   * How old a token gets before the client is offered a new one. At least 2 × `touchInterval` + `rotationGrace`, so
   * that an offered token is seen before the next one is due.
   * @default '15m', or that minimum if it is more
   */
  readonly rotationInterval?: Duration
  /**
   * How long the previous token still works after the first use of the new one, for requests already on their way, at
   * most '2m'.
   * @default '30s'
   */
  readonly rotationGrace?: Duration
  /**
   * What happens when a token is used long after it was replaced, beside the event `replayed`: `'destroy'` ends the
   * session, `'revokeAll'` all sessions of its user, `'ignore'` none.
   * @default 'destroy'
   */
  readonly onReplay?: ReplayPolicy
  /** How many sessions a user may have at once. Needs a store whose `supports.limit` is true. @default no limit */
  readonly limit?: SessionLimit
  /**
   * Returns a text that changes whenever a user's sessions are to end, such as the hash of the password: the security stamp
   * of ASP.NET, the session auth hash of Django. Called at each login and each time a session of a user is opened; a session
   * with another stamp, or of a user for whom it returns `undefined`, is ended and counts as revoked. So are those from
   * before the option was set. Only a keyed hash of the stamp is stored. If the function throws, or takes longer than
   * `storeTimeout`, the store counts as failing (`onStoreError`).
   * @default none: a change of the password ends no session by itself
   */
  readonly securityStamp?: SecurityStamp
  /**
   * True, or limits: a user can act as another one, by `session.actAs`, such as a member of staff as a customer. False: nobody
   * can, and acting sessions that there are open no more. Needs a store that looks sessions up by their id.
   * @default false
   */
  readonly acting?: boolean | ActingOptions
  /**
   * A schema of `session.data`: of zod, valibot, arktype, or any other library that implements Standard Schema. It gives
   * `data` its type, checks what is stored when the handler first reads it, and with `development` also what is about to be
   * written. Make its keys optional or give them constant defaults, because a new session has none.
   * @default none: `data` is what is stored
   */
  readonly schema?: DataSchema | undefined
  /**
   * The version of the application's data: a whole number that grows with each change of its form. It is stored with the
   * data. Stored data without one has version 1.
   * @default 1, with `schema`
   */
  readonly version?: number
  /**
   * How data of an older version becomes data of the next one, by the older version: one function for each step up to
   * `version`. They run when the data is read; the next write stores the result.
   * @default none
   */
  readonly migrations?: Readonly<Record<number, DataMigration>>
  /**
   * What the handler has if stored data does not fit the schema or does not migrate, beside the event `invalidData`:
   * `'empty'` the data of a new session, and the old data stays in the store until the handler writes; `'fail'` a
   * `SessionDataError` with status 500 when it reads `data`.
   * @default 'empty'
   */
  readonly onInvalidData?: 'empty' | 'fail'
  /**
   * What the handler has if a later version wrote the data, as while a new version is deployed: `'fail'` a
   * `SessionDataError` with status 503 when it reads `data`; `'keep'` what the schema of this version makes of it, and the
   * keys that this version does not know stay as they are. `'keep'` promises that later versions only add keys.
   * @default 'fail'
   */
  readonly onNewerData?: 'fail' | 'keep'
  /**
   * Compares the client of each request with the one that began the session, by its headers or address, so that the use of
   * a stolen cookie in another browser is noticed: the event `mismatch`, and what `onMismatch` says. Only keyed hashes are
   * stored. A session from before the option was set takes over the first client that uses it. `'strict'` is
   * `{ of: ['ip', 'user-agent', 'accept-language'], onMismatch: 'destroy' }`, which logs users out each time that their
   * address or the version of their browser changes. `'destroy'` needs a store whose `supports.revocation` is true.
   * @default none
   * @see docs/how-to/notice-a-stolen-cookie.md
   */
  readonly fingerprint?: FingerprintOptions | 'strict'
  /**
   * Binds sessions of users to a key in their browser, so that a stolen cookie is of no use elsewhere: what `deviceBound()` of
   * `@sojourn/device-bound` returns. A browser that does not take part keeps its session as it is. Needs `tokenIn` with `'cookie'`, a
   * store whose `supports.conditionalWrite` is true, and neither `domain`, `partitioned` nor another `path`; over plain HTTP it
   * has no effect.
   * @default none
   */
  readonly deviceBound?: DeviceProtocol
  /**
   * Decides the value of a top-level key of `data` that two parallel requests changed.
   * @default the later commit wins
   */
  readonly merge?: MergeKey
  /**
   * What a request gets if the store cannot open its session: `'fail'` throws a `SessionStoreError` (status 503),
   * `'anonymous'` gives it an empty session that is read-only. The cookie stays in both.
   * @default 'fail'
   */
  readonly onStoreError?: 'fail' | 'anonymous'
  /** True: the client keeps the cookie until `absoluteTimeout`. False: until the browser closes. @default true */
  readonly persistent?: boolean
  /** The deadline of each operation of the store. At most '5m'. @default '1s' */
  readonly storeTimeout?: Duration
  /** The largest size of the encoded `data`, in bytes; more throws `ERR_SESSION_TOO_LARGE`. @default 65536 */
  readonly maxDataBytes?: number
  /** How `data` is encoded. @default the store's own codec */
  readonly codec?: Codec
  /** Returns the current time in epoch ms, which is rounded down; tests can pass their own. @default the clock of the machine */
  readonly clock?: Clock
  /**
   * True: warns of mistakes, such as changes after the response headers have been sent.
   * @default false; true in `devConfig`
   */
  readonly development?: boolean
  /** Where warnings go, with the error as `detail` if there is one. @default console.warn */
  readonly warn?: (message: string, detail?: unknown) => void
}

/**
 * The type of the option `securityStamp`: returns the stamp of a user, or `undefined` if there is no such user.
 * @example
 * const securityStamp: SecurityStamp = async (userId) => (await users.find(userId))?.passwordHash
 */
export type SecurityStamp = (
  userId: string,
) => string | null | undefined | Promise<string | null | undefined>

/** What to do for options that other session libraries have. */
export const sessionOptionHints: Readonly<Record<string, string>> = {
  cookie:
    'What belongs to the cookie are options here: cookieName, path, domain, secure, httpOnly, sameSite; maxAge is the idle limit',
  secrets: 'Write secretKey; it takes a list too',
  keys: 'Write secretKey; it takes a list too',
  password: 'Write secretKey',
  key: 'Write cookieName',
  name: 'Write cookieName',
  expires: 'Write maxAge, the idle limit, or absoluteTimeout',
  ttl: 'Write maxAge, the idle limit',
  resave: 'Leave it out: a session is written only if its data has changed',
  saveUninitialized: 'Leave it out: a session that stays empty is not saved and sends no cookie',
  rolling: 'Leave it out: each use prolongs a session by maxAge, on the server',
  renew: 'Leave it out: each use prolongs a session by maxAge, on the server',
  unset: 'Leave it out: await session.destroy() ends a session',
  genid:
    'Leave it out: an id is public and opens nothing; the token has 192 random bits of its own',
  prefix: 'Give it to the store, such as nodeRedisStore(client, { prefix })',
  signRows: 'Give it to the store, such as nodeRedisStore(client, { signRows: true })',
  revocations: 'Give it to the store: cookieStore({ revocations })',
  audience: 'Write namespace',
  deviceBinding: 'Write deviceBound: deviceBound() of @sojourn/device-bound',
  dbsc: 'Write deviceBound: deviceBound() of @sojourn/device-bound',
  proxy: "Tell the framework to trust its proxy; in Express app.set('trust proxy', 1)",
}

/** The names of all options, to refuse unknown ones. */
export const sessionOptionNames: Readonly<Record<keyof SessionOptions, true>> = {
  secretKey: true,
  indexKey: true,
  namespace: true,
  store: true,
  tokenIn: true,
  maxAge: true,
  absoluteTimeout: true,
  touchInterval: true,
  rotationInterval: true,
  rotationGrace: true,
  onReplay: true,
  limit: true,
  securityStamp: true,
  acting: true,
  schema: true,
  version: true,
  migrations: true,
  onInvalidData: true,
  onNewerData: true,
  fingerprint: true,
  deviceBound: true,
  merge: true,
  onStoreError: true,
  persistent: true,
  storeTimeout: true,
  maxDataBytes: true,
  codec: true,
  clock: true,
  development: true,
  warn: true,
  cookieName: true,
  path: true,
  domain: true,
  secure: true,
  httpOnly: true,
  sameSite: true,
  partitioned: true,
}

/**
 * How many sessions a user may have at once. Enforced in the same step that creates one more, so that parallel logins
 * cannot exceed it (P10). Anonymous sessions do not count.
 * @example
 * const limit: SessionLimit = { max: 3, onExceed: 'refuse' }
 */
export interface SessionLimit {
  /** A whole number above 0, or a function that returns one for a user. */
  readonly max: number | ((userId: string) => number | Promise<number>)
  /**
   * What a login above the limit does: `'evict'` ends the session that would expire first, `'refuse'` rejects with a
   * `SessionLimitError`.
   * @default 'evict'
   */
  readonly onExceed?: 'evict' | 'refuse'
}

/**
 * The limits of sessions in which somebody acts as another user.
 * @example
 * const acting: ActingOptions = { absoluteTimeout: '30m' }
 */
export interface ActingOptions {
  /** Idle limit. @default the manager's `maxAge`, or `absoluteTimeout` if that is less */
  readonly maxAge?: Duration
  /** Absolute limit, from `actAs` on. @default '1h' */
  readonly absoluteTimeout?: Duration
}

/** Options with a schema, from which `createSessionManager` takes the type of `session.data`. */
export type TypedOptions<Schema extends DataSchema> = Omit<SessionOptions, 'schema'> & {
  readonly schema: Schema
}

/** All options but the secret: the second argument of `defaultConfig` and `devConfig`. */
export type ConfigOptions = Omit<SessionOptions, 'secretKey'>
