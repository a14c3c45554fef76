import { SessionUsageError, type StoreFactory } from '@sojourn/core'
import {
  checkOptions,
  cookieCapacity,
  createEpochs,
  guardBackend,
  jsonCodec,
  type SessionBackend,
  type SessionStore,
  type StoreEnv,
} from '@sojourn/core/store'
import { createJoseSealer } from './jose-sealer.ts'
import { nodeSealer } from './node-sealer.ts'
import { createOpenedCache } from './opened-cache.ts'
import { createRevocations } from './revocations.ts'
import { countSeals } from './seal-count.ts'
import { createSealKeys } from './seal-keys.ts'
import { createSealedEnd } from './sealed-end.ts'
import { createSealedOpen } from './sealed-open.ts'
import { createSealedSave } from './sealed-save.ts'
import { createTokens } from './tokens.ts'

/** Options of `cookieStore`. */
export interface CookieStoreOptions {
  /**
   * A backend that remembers which sessions have ended or were elevated. With it `destroy`, `revoke`, `login` and
   * `rotate` take effect at once (P1, P4), at the cost of one look-up per request. The backend needs a prefix of its
   * own, must support `conditionalWrite`, and must not lose entries (`retention`): Redis with `noeviction`, not a memory
   * of bounded size.
   * @default none: a sealed token opens until it expires
   */
  readonly revocations?: SessionBackend
  /** How many opened tokens are cached, up to 30 KiB each; 0 turns the cache off. @default 1000 */
  readonly cacheSize?: number
  /** How many cookies one session may use, 1 to 3: about 2.7 kB of data each. @default 3 */
  readonly maxCookies?: number
  /**
   * The encryption: `node:crypto`, or jose on WebCrypto for runtimes without it. Each opens the tokens of the other.
   * @default 'node'
   */
  readonly sealer?: 'node' | 'jose'
}

/**
 * Creates a store that keeps the whole session in its cookie, sealed as a JWE (RFC 7516, `dir` and `A256GCM`). It has
 * no server state, so it cannot list sessions or merge the changes of two requests, and without `revocations` it
 * cannot end a session before it expires. `supports` is `false` for each of these.
 *
 * Options: `revocations` (default none), `maxCookies` 1 to 3 (default 3), `cacheSize` in tokens (default 1000),
 * `sealer` `'node'` or `'jose'` (default `'node'`).
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an unknown option, a `cacheSize` that is not a whole number, an
 * unknown `sealer`, or `revocations` without `supports.conditionalWrite` or
 * `supports.retention`.
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { secretFromFile } from '@sojourn/core/secrets'
 * import { cookieStore } from '@sojourn/store-cookie'
 *
 * const secret = secretFromFile('/run/secrets/session')
 * const store = cookieStore({ maxCookies: 2 })
 * export const manager = createSessionManager(defaultConfig(secret, { store }))
 */
export function cookieStore(options: CookieStoreOptions = {}): StoreFactory {
  checkOptions(options, knownOptions, 'cookieStore()')
  const { revocations, cacheSize = 1000, sealer = 'node' } = options
  check(
    Number.isSafeInteger(cacheSize) && cacheSize >= 0,
    `cacheSize is ${cacheSize}. Give a whole number of tokens, or 0 for none`,
  )
  check(['node', 'jose'].includes(sealer), `sealer is ${sealer}. Give 'node' or 'jose'`)
  if (revocations !== undefined) checkRevocations(revocations)
  return (env) => connect({ ...options, cacheSize, sealer }, env)
}

const suitable =
  "such as nodeRedisBackend(client, { prefix: 'revoked:' }); in a test, memoryBackend({ max: Infinity })"

function checkRevocations(revocations: SessionBackend): void {
  const isBackend = typeof revocations === 'object' && typeof revocations?.supports === 'object'
  check(isBackend, `revocations is ${kindOf(revocations)}, not a backend. Pass one, ${suitable}`)
  const { conditionalWrite, retention } = revocations.supports
  check(
    conditionalWrite === true,
    `revocations is no backend that compares and writes in one step. Pass one whose supports.conditionalWrite is true, ${suitable}`,
  )
  check(
    retention === true,
    'revocations is a backend that may drop rows to make room, and a session whose entry is dropped opens again. ' +
      `Pass one whose supports.retention is true, ${suitable}`,
  )
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'function' ? 'a store, or another function' : typeof value
}

const knownOptions: Readonly<Record<keyof CookieStoreOptions, true>> = {
  revocations: true,
  cacheSize: true,
  maxCookies: true,
  sealer: true,
}

type ResolvedOptions = CookieStoreOptions &
  Required<Pick<CookieStoreOptions, 'cacheSize' | 'sealer'>>

function connect(
  { revocations: backend, cacheSize, sealer, maxCookies = 3 }: ResolvedOptions,
  env: StoreEnv,
): SessionStore {
  const codec = env.codec ?? jsonCodec
  const { emit, policy, tracing } = env
  const revocations = backend && createRevocations(backend, env)
  const epochs =
    backend &&
    createEpochs(guardBackend(backend, { storeTimeout: policy.storeTimeout, emit, tracing }), env)
  const tokens = createTokens({
    keys: createSealKeys(env.keyring),
    sealer: countSeals(sealer === 'node' ? nodeSealer : createJoseSealer(), env.warn),
    cache: createOpenedCache(cacheSize, codec),
    codecs: [codec, jsonCodec],
    capacity: cookieCapacity(env.cookieName, maxCookies),
    touchInterval: env.policy.touchInterval,
  })
  const context = { tokens, revocations, epochs, env, codec }
  return {
    codec,
    maxCookies,
    supports: {
      conditionalWrite: false,
      revocation: revocations !== undefined,
      list: false,
      limit: false,
      scan: false,
    },
    ...createSealedOpen(context),
    ...createSealedSave(context),
    ...createSealedEnd(context),
    ...(epochs ? { epochs } : {}),
    ping: async () => revocations?.ping(),
    close: async () => revocations?.close(),
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new SessionUsageError('ERR_CONFIG_INVALID', `cookieStore(): ${what}.`)
}
