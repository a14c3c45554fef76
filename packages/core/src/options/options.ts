import type { Codec } from '../data/codec.ts'
import type { MergeKey } from '../data/merge.ts'
import type { CookieOptions } from '../http/cookie.ts'
import type { TokenIn } from '../http/transports.ts'
import type { Secret } from '../record/keyring.ts'
import type { ReplayPolicy, StoreFactory } from '../store/store.ts'
import type { Clock } from '../util/clock.ts'
import type { Duration } from '../util/duration.ts'

/** Everything that can be configured, in SessionX's words. Durations are ms or `'30m'`. */
export interface SessionOptions extends CookieOptions {
  /** 32 random bytes or more; several to roll keys: the first signs, all verify. */
  readonly secretKey: Secret | readonly Secret[]
  /** Names the users' groups; needed as soon as `secretKey` lists several. */
  readonly indexKey?: Secret
  /** Where sessions are kept: `memoryStore()`, … */
  readonly store: StoreFactory
  /**
   * How the client carries its token: in the cookie, as `Authorization: Bearer`, or in a header of your own; for several
   * ways at once a list, of which the first answers a new visitor. Never by URL or body. @default 'cookie'
   */
  readonly tokenIn?: TokenIn | readonly TokenIn[]
  /** Idle limit, sliding. @default '24h', or `absoluteTimeout` where that is less */
  readonly maxAge?: Duration
  /** Hard limit, restarted only by a login; no shorter than `maxAge`. @default '30d' */
  readonly absoluteTimeout?: Duration
  /** How often at most reading a session is noted in the store. At most a quarter of `maxAge`. @default the smaller of '60s' and maxAge / 10 */
  readonly touchInterval?: Duration
  /** How old a token gets before a new one is offered; at least 2 × touchInterval + rotationGrace. @default '15m', or that where it is more */
  readonly rotationInterval?: Duration
  /** How long the token before still opens, for requests already on their way. @default '30s' */
  readonly rotationGrace?: Duration
  /** What the use of a long outdated token ends, beyond an event. @default 'destroy' */
  readonly onReplay?: ReplayPolicy
  /** How many sessions a user may have at once. @default no limit */
  readonly limit?: SessionLimit
  /** Decides a key of `data` that two requests changed. @default the later commit wins */
  readonly merge?: MergeKey
  /** What a request gets while the store is in trouble: an error, or an empty session that keeps nothing. @default 'fail' */
  readonly onStoreError?: 'fail' | 'anonymous'
  /** Whether the cookie outlives the browser, until `absoluteTimeout`. @default true */
  readonly persistent?: boolean
  /** Deadline of every operation of the store. At most '5m'. @default '1s' */
  readonly storeTimeout?: Duration
  /** Bound of the encoded `data`, in bytes. @default 65536 */
  readonly maxDataBytes?: number
  /** @default the store's own */
  readonly codec?: Codec
  /** @default the machine's */
  readonly clock?: Clock
  /** Explains itself: warns of changes that come too late. @default false; `devConfig` sets it */
  readonly development?: boolean
  /** Where warnings go. @default console.warn */
  readonly warn?: (message: string, detail?: unknown) => void
}

/** The names of all options. */
export const sessionOptionNames: Readonly<Record<keyof SessionOptions, true>> = {
  secretKey: true,
  indexKey: true,
  store: true,
  tokenIn: true,
  maxAge: true,
  absoluteTimeout: true,
  touchInterval: true,
  rotationInterval: true,
  rotationGrace: true,
  onReplay: true,
  limit: true,
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

/** How many sessions a user may have at once; enforced in the step that creates one more (P10). */
export interface SessionLimit {
  /** A whole number above 0, or a function that answers it for a user. */
  readonly max: number | ((userId: string) => number | Promise<number>)
  /** `evict` ends the session that would expire first, `refuse` has `login` reject. @default 'evict' */
  readonly onExceed?: 'evict' | 'refuse'
}

/** What an application chooses besides the secret. */
export type ConfigOptions = Omit<SessionOptions, 'secretKey'>
