import { SessionUsageError, type StoreFactory } from '@sojourn/core'
import {
  checkOptions,
  cookieCapacity,
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

/** What a cookie store may be given. */
export interface CookieStoreOptions {
  /**
   * A backend that remembers which sessions have ended or were elevated: with it `destroy`, `revoke`, `login` and
   * `rotate` are final at once (P1, P4), for one look-up per request. It needs a prefix of its own, must merge no marks
   * (`supports.conditionalWrite`) and must lose none. @default none: what was sealed opens until it expires
   */
  readonly revocations?: SessionBackend
  /** How many opened tokens are remembered; each takes up to 30 KiB. 0 for none. @default 1000 */
  readonly cacheSize?: number
  /** How many cookies a session may take, 1 to 3: about 2.7 kB of data each. @default 3 */
  readonly maxCookies?: number
  /** What encrypts: `node:crypto`, or jose over WebCrypto where that is missing. Both open both. @default 'node' */
  readonly sealer?: 'node' | 'jose'
}

/**
 * Keeps the whole session in its cookie, sealed (JWE, `dir` and `A256GCM`): no server state, and so nobody can list
 * sessions, nor merge what two requests change, nor, without `revocations`, end a session before it expires. What it
 * cannot do is `false` in `supports`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function cookieStore(options: CookieStoreOptions = {}): StoreFactory {
  checkOptions(options, known, 'cookieStore()')
  const { revocations, cacheSize = 1000, sealer = 'node' } = options
  check(
    Number.isSafeInteger(cacheSize) && cacheSize >= 0,
    `cacheSize is ${cacheSize}. Give a whole number of tokens, or 0 for none`,
  )
  check(['node', 'jose'].includes(sealer), `sealer is ${sealer}. Give 'node' or 'jose'`)
  check(
    revocations === undefined || revocations?.supports?.conditionalWrite === true,
    'revocations is no backend that compares and writes in one step. Pass a SessionBackend whose supports.conditionalWrite is true, such as memoryBackend()',
  )
  return (env) => connect({ ...options, cacheSize, sealer }, env)
}

const known: Readonly<Record<keyof CookieStoreOptions, true>> = {
  revocations: true,
  cacheSize: true,
  maxCookies: true,
  sealer: true,
}

type ResolvedOptions = CookieStoreOptions & Required<Pick<CookieStoreOptions, 'cacheSize' | 'sealer'>>

function connect(
  { revocations: backend, cacheSize, sealer, maxCookies = 3 }: ResolvedOptions,
  env: StoreEnv,
): SessionStore {
  const codec = env.codec ?? jsonCodec
  const revocations = backend && createRevocations(backend, env)
  const tokens = createTokens({
    keys: createSealKeys(env.keyring),
    sealer: countSeals(sealer === 'node' ? nodeSealer : createJoseSealer(), env.warn),
    cache: createOpenedCache(cacheSize),
    codecs: [codec, jsonCodec],
    capacity: cookieCapacity(env.cookieName, maxCookies),
    touchInterval: env.policy.touchInterval,
  })
  const parts = { tokens, revocations, env, codec }
  return {
    codec,
    maxCookies,
    supports: {
      conditionalWrite: false,
      revocation: revocations !== undefined,
      list: false,
      limit: false,
    },
    ...createSealedOpen(parts),
    ...createSealedSave(parts),
    ...createSealedEnd(parts),
    ping: async () => revocations?.ping(),
    close: async () => revocations?.close(),
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new SessionUsageError('ERR_CONFIG_INVALID', `cookieStore(): ${what}.`)
}
