import type { Codec } from '../data/codec.ts'
import { type CookieWriter, createCookieWriter } from '../http/cookie.ts'
import { checkTokenIn, type TokenInList } from '../http/transports.ts'
import { createKeyring, type Keyring } from '../record/keyring.ts'
import { isRollingSecret, type RollingSecret } from '../record/secret.ts'
import type { StoreFactory, StorePolicy } from '../store/store.ts'
import { check, checkOneOf } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { isThenable } from '../util/is-thenable.ts'
import { resolveActing } from './acting-options.ts'
import { type DeviceBoundConfig, resolveDeviceBound } from './device-bound.ts'
import { type FingerprintConfig, resolveFingerprint } from './fingerprint.ts'
import { checkPersistent } from './login-options.ts'
import {
  type SecurityStamp,
  type SessionLimit,
  type SessionOptions,
  sessionOptionHints,
  sessionOptionNames,
} from './options.ts'
import { resolveDataShape } from './resolve-data-shape.ts'
import { resolveDurations, type SessionDurations } from './resolve-durations.ts'
import { resolveNamespace } from './resolve-namespace.ts'
import { resolveLimit } from './session-limit.ts'

/** The options, checked and with all defaults filled in. Durations are in ms. */
export interface SessionConfig extends StorePolicy, SessionDurations {
  readonly cookieName: string
  readonly cookie: CookieWriter
  readonly secure: boolean
  readonly tokenIn: TokenInList
  readonly keyring: Keyring
  /** Present if `secretKey` changes while the process runs. */
  readonly rollingSecret: RollingSecret | undefined
  readonly store: StoreFactory
  readonly persistent: boolean
  readonly limit: Required<SessionLimit> | undefined
  readonly securityStamp: SecurityStamp | undefined
  readonly fingerprint: FingerprintConfig | undefined
  readonly deviceBound: DeviceBoundConfig | undefined
  readonly onStoreError: 'fail' | 'anonymous'
  readonly codec: Codec | undefined
  readonly clock: Clock
  readonly development: boolean
  readonly warn: (message: string, detail?: unknown) => void
}

/**
 * Checks the options and fills in the defaults. It is the only place where core does either.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, `ERR_SECRET_WEAK`. The message names the option and what to give.
 */
export function resolveConfig(options: SessionOptions): SessionConfig {
  checkOptions(options, sessionOptionNames, 'createSessionManager()', sessionOptionHints)
  const { secretKey, indexKey, codec, merge, persistent = true, development = false } = options
  const { onReplay = 'destroy', onStoreError = 'fail' } = options
  const { maxDataBytes = 65_536, clock = systemClock, warn = console.warn } = options
  const safeWarn = catchErrors(warn)
  const cookie = resolveCookie(options)
  const { cookieName, secure } = cookie
  const durations = resolveDurations(options)
  const namespace = resolveNamespace(options.namespace, cookie)
  const keyring = createKeyring({ secretKey, indexKey, cookieName, namespace })
  const writer = createCookieWriter(cookie)
  const tokenIn = checkTokenIn(options.tokenIn)
  return {
    cookieName,
    secure,
    cookie: writer,
    persistent: checkPersistent(persistent),
    store: checkStoreFactory(options.store),
    maxDataBytes: checkMaxDataBytes(maxDataBytes),
    onStoreError: checkOneOf('onStoreError', onStoreError, ['fail', 'anonymous']),
    onReplay: checkOneOf('onReplay', onReplay, ['ignore', 'destroy', 'revokeAll']),
    clock: wholeMilliseconds(checkClock(clock)),
    ...durations,
    tokenIn,
    keyring,
    rollingSecret: isRollingSecret(secretKey) ? secretKey : undefined,
    fingerprint: resolveFingerprint(options.fingerprint, keyring),
    deviceBound: resolveDeviceBound(options.deviceBound, {
      cookie,
      writer,
      tokenIn,
      keyring,
      development,
      warn: safeWarn,
    }),
    limit: resolveLimit(options.limit),
    securityStamp: checkSecurityStamp(options.securityStamp),
    acting: resolveActing(options.acting, durations.maxAge),
    merge,
    dataShape: resolveDataShape({ ...options, warn: safeWarn }),
    codec,
    development,
    warn: safeWarn,
  }
}

function resolveCookie(options: SessionOptions) {
  return {
    cookieName: options.cookieName ?? '__Host-sid',
    path: options.path ?? '/',
    domain: options.domain,
    secure: options.secure ?? true,
    httpOnly: options.httpOnly ?? true,
    sameSite: options.sameSite ?? 'lax',
    partitioned: options.partitioned ?? false,
  }
}

function checkStoreFactory(store: StoreFactory): StoreFactory {
  check(
    typeof store === 'function',
    store === undefined
      ? 'store is missing'
      : `store is ${typeof store}, not what memoryStore() and its kin return`,
    'Pass one, such as store: memoryStore() from @sojourn/store-memory, or keyedStore(backend) for a backend of your own',
  )
  return store
}

function checkMaxDataBytes(maxDataBytes: number): number {
  check(
    Number.isInteger(maxDataBytes) && maxDataBytes > 0,
    `maxDataBytes is ${maxDataBytes}`,
    'Give a whole number of bytes above 0',
  )
  return maxDataBytes
}

function checkClock(clock: Clock): Clock {
  check(
    typeof clock === 'function',
    'clock is not a function',
    'Give a function that answers epoch milliseconds',
  )
  return clock
}

/** Returns a clock that tells whole milliseconds: databases keep times as integers. */
function wholeMilliseconds(clock: Clock): Clock {
  return clock === systemClock ? clock : () => Math.floor(clock())
}

function checkSecurityStamp(securityStamp: SecurityStamp | undefined): SecurityStamp | undefined {
  check(
    securityStamp === undefined || typeof securityStamp === 'function',
    `securityStamp is ${typeof securityStamp}, not a function`,
    'Give a function that returns the stamp of a user, such as the hash of the password: (userId) => users.get(userId)?.passwordHash',
  )
  return securityStamp
}

/**
 * Returns a `warn` that never throws, and whose promise, if it returns one, may reject: an error of the application's
 * logger must not fail the request, nor end the process.
 */
function catchErrors(warn: (...args: unknown[]) => unknown): SessionConfig['warn'] {
  return (message, detail) => {
    const fail = (error: unknown) => console.error(message, error)
    try {
      const result = warn(message, ...(detail === undefined ? [] : [detail]))
      if (isThenable(result)) Promise.resolve(result).then(undefined, fail)
    } catch (error) {
      fail(error)
    }
  }
}
