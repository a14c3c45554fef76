import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from './clock.ts'
import type { Codec } from './codec.ts'
import { type CookieWriter, createCookieWriter } from './cookie.ts'
import { SessionUsageError } from './errors.ts'
import { createKeyring, type Keyring, type Secret } from './keyring.ts'
import type { ConfigOptions, SessionLimit, SessionOptions } from './options.ts'
import type { StoreFactory, StorePolicy } from './store.ts'
import { milliseconds } from './timeouts.ts'
import { checkTokenIn, type TokenWays } from './token-in.ts'

/**
 * The limits of NIST SP 800-63B-4 for its three assurance levels, to be spread into the options. A session ends one
 * touch interval after `maxAge` at the latest, so that the two together are the level's inactivity limit.
 */
export const nist = {
  aal1: { absoluteTimeout: '30d', persistent: false },
  aal2: { absoluteTimeout: '24h', maxAge: '59m', touchInterval: '1m', persistent: false },
  aal3: { absoluteTimeout: '12h', maxAge: '14m', touchInterval: '1m', persistent: false },
} as const satisfies Record<string, Partial<SessionOptions>>

/** The options, checked and complete. Durations are ms. */
export interface SessionConfig extends StorePolicy {
  readonly cookieName: string
  readonly cookie: CookieWriter
  readonly secure: boolean
  readonly tokenIn: TokenWays
  readonly keyring: Keyring
  readonly store: StoreFactory
  readonly maxAge: number
  readonly absoluteTimeout: number
  readonly persistent: boolean
  readonly limit: Required<SessionLimit> | undefined
  readonly onStoreError: 'fail' | 'anonymous'
  readonly codec: Codec | undefined
  readonly clock: Clock
  readonly development: boolean
  readonly warn: (message: string, detail?: unknown) => void
}

const longestGrace = milliseconds('2m', 'rotationGrace')
const usualInterval = milliseconds('15m', 'rotationInterval')
const longestTimer = milliseconds('5m', 'storeTimeout')

/** The options for production: `__Host-sid`, Secure, HttpOnly, SameSite=Lax, and whatever `options` say instead. */
export function defaultConfig(
  secretKey: SessionOptions['secretKey'],
  options: ConfigOptions,
): SessionOptions {
  return { ...options, secretKey }
}

/**
 * The options for a developer's machine: as `defaultConfig`, but the cookie is named `sid` and also travels over plain
 * HTTP. Without a secret it makes one for this process and says so: sessions then end at a restart.
 */
export function devConfig(
  secretKey: SessionOptions['secretKey'] | undefined,
  options: ConfigOptions,
): SessionOptions {
  const development = { cookieName: 'sid', secure: false, development: true }
  return { ...development, ...options, secretKey: secretKey ?? makeSecret(options) }
}

/**
 * Checks the options and fills in the defaults; the only place that does either.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, `ERR_SECRET_WEAK`, saying which option and what to give instead.
 */
export function resolveConfig(options: SessionOptions): SessionConfig {
  const { store, codec, persistent = true, development = false, clock = systemClock } = options
  const { onReplay = 'destroy', onStoreError = 'fail', merge } = options
  const { secretKey, indexKey, maxDataBytes = 65_536, warn = console.warn } = options
  const cookie = {
    cookieName: options.cookieName ?? '__Host-sid',
    path: options.path ?? '/',
    domain: options.domain,
    secure: options.secure ?? true,
    httpOnly: options.httpOnly ?? true,
    sameSite: options.sameSite ?? 'lax',
    partitioned: options.partitioned ?? false,
  }
  const writer = createCookieWriter(cookie)
  checkPersistent(persistent)
  const { cookieName, secure } = cookie
  check(
    typeof store === 'function',
    store === undefined
      ? 'store is missing'
      : `store is ${typeof store}, not what memoryStore() and its kin return`,
    'Pass one, such as store: memoryStore() from @sojourn/store-memory, or keyedStore(backend) for a backend of your own',
  )
  check(
    Number.isInteger(maxDataBytes) && maxDataBytes > 0,
    `maxDataBytes is ${maxDataBytes}`,
    'Give a whole number of bytes above 0',
  )
  check(
    ['fail', 'anonymous'].includes(onStoreError),
    `onStoreError is ${onStoreError}`,
    "Give 'fail' or 'anonymous'",
  )
  check(
    ['ignore', 'destroy', 'revokeAll'].includes(onReplay),
    `onReplay is ${onReplay}`,
    "Give 'ignore', 'destroy' or 'revokeAll'",
  )
  check(
    typeof clock === 'function',
    'clock is not a function',
    'Give a function that answers epoch milliseconds',
  )
  return {
    ...resolveTimes(options),
    cookieName,
    secure,
    tokenIn: checkTokenIn(options.tokenIn),
    cookie: writer,
    keyring: createKeyring({ secretKey, indexKey, cookieName }),
    store,
    onReplay,
    onStoreError,
    limit: resolveLimit(options.limit),
    merge,
    persistent,
    maxDataBytes,
    codec,
    clock,
    development,
    warn: harmless(warn),
  }
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but a whole number above 0. */
export function checkMax(max: number): number {
  check(Number.isInteger(max) && max > 0, `limit.max is ${max}`, 'Give a whole number above 0')
  return max
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but true and false: a form's checkbox sends text. */
export function checkPersistent(persistent: unknown): void {
  check(
    typeof persistent === 'boolean',
    `persistent is ${String(persistent)}`,
    'Give true or false',
  )
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but up to 16 short strings by name. */
export function checkClient(client: unknown): void {
  if (client === undefined) return
  const entries = typeof client === 'object' && client !== null ? Object.entries(client) : undefined
  check(
    entries !== undefined &&
      entries.length <= 16 &&
      entries.every(
        ([name, text]) => name.length <= 64 && typeof text === 'string' && text.length <= 512,
      ),
    'client is not what a list of devices can show',
    "Give an object of at most 16 strings of up to 512 characters, such as { name: 'Firefox on Linux' }",
  )
}

function resolveLimit(limit: SessionLimit | undefined): Required<SessionLimit> | undefined {
  if (!limit) return undefined
  const { max, onExceed = 'evict' } = limit
  check(
    ['evict', 'refuse'].includes(onExceed),
    `limit.onExceed is ${onExceed}`,
    "Give 'evict' or 'refuse'",
  )
  return { max: typeof max === 'function' ? max : checkMax(max), onExceed }
}

function resolveTimes(options: SessionOptions) {
  const maxAge = milliseconds(options.maxAge ?? '24h', 'maxAge')
  const absoluteTimeout = milliseconds(options.absoluteTimeout ?? '30d', 'absoluteTimeout')
  const storeTimeout = milliseconds(options.storeTimeout ?? '1s', 'storeTimeout')
  const touchInterval =
    options.touchInterval === undefined
      ? Math.max(1, Math.min(60_000, Math.floor(maxAge / 10)))
      : milliseconds(options.touchInterval, 'touchInterval')
  check(
    touchInterval <= Math.max(1, maxAge / 4),
    `touchInterval is ${touchInterval} ms and maxAge ${maxAge} ms`,
    'Give a touchInterval of at most a quarter of maxAge, or leave it out',
  )
  check(
    storeTimeout <= longestTimer,
    `storeTimeout is ${storeTimeout} ms`,
    "Give at most '5m'; nobody waits longer for a response",
  )
  const rotationGrace = milliseconds(options.rotationGrace ?? '30s', 'rotationGrace')
  const shortestInterval = 2 * touchInterval + rotationGrace
  const rotationInterval =
    options.rotationInterval === undefined
      ? Math.max(usualInterval, shortestInterval)
      : milliseconds(options.rotationInterval, 'rotationInterval')
  check(
    rotationGrace <= longestGrace,
    `rotationGrace is ${rotationGrace} ms`,
    "Give at most '2m'; it is for requests that are already on their way",
  )
  check(
    rotationInterval >= shortestInterval,
    `rotationInterval is ${rotationInterval} ms, touchInterval ${touchInterval} ms and rotationGrace ${rotationGrace} ms`,
    'Give a rotationInterval of at least 2 × touchInterval + rotationGrace, so that an offered token is seen before the next',
  )
  return {
    maxAge,
    absoluteTimeout,
    storeTimeout,
    touchInterval,
    rotationInterval,
    rotationGrace,
  }
}

/** A logger that throws must not harm the request that it is told of. */
function harmless(warn: SessionConfig['warn']): SessionConfig['warn'] {
  return (message, detail) => {
    try {
      warn(message, ...(detail === undefined ? [] : [detail]))
    } catch (error) {
      console.error(message, error)
    }
  }
}

function makeSecret({ warn = console.warn }: ConfigOptions): Secret {
  warn(
    'Sojourn made a random secretKey for this process: sessions end when it restarts. ' +
      'To keep them, pass a secret of 32 random bytes or more (openssl rand -base64 32).',
  )
  return randomBytes(32)
}

function check(holds: boolean, what: string, remedy: string): void {
  if (!holds) throw new SessionUsageError('ERR_CONFIG_INVALID', `${what}. ${remedy}.`)
}
