import { hkdfSync } from 'node:crypto'
import { check, checkOptions } from '@sojourn/core/store'
import type { JWTPayload } from 'jose'
import { isObject } from '../json.ts'
import { loadOnce } from '../load-once.ts'
import {
  checkSourceOptions,
  type ForeignData,
  type ForeignSession,
  type SessionSource,
  type SourceOptions,
  sourceOptionNames,
  type VerifiedCookie,
} from '../source.ts'
import { verifyEach } from '../verify-each.ts'

/** The storage that `useSessionStorage` of `@hono/session` was given, such as one of unstorage. */
export interface HonoSessionStorage {
  get(id: string): unknown
  delete(id: string): unknown
}

/** Options of `honoSessionSource`. */
export interface HonoSessionOptions<Data extends object = ForeignData> extends SourceOptions<Data> {
  /** The option `secret` of `useSession`, or the environment variable `AUTH_SECRET`; or a key of 32 bytes. */
  readonly secret: string | Uint8Array
  /** What `useSessionStorage` was given; absent if the sessions are in the cookie. */
  readonly storage?: HonoSessionStorage
  /** The name of the cookie, if the options `getCookie` and `setCookie` change it. @default 'sid' */
  readonly cookieName?: string
}

const known = { ...sourceOptionNames, secret: true, storage: true, cookieName: true } as const

/**
 * Returns the source of the sessions of `@hono/session`, for `migrateStore`: sealed in the cookie, or in a storage. A session
 * is opened until its token expires, which the option `duration` sets. One in a cookie that never expires is only opened if the
 * option `until` says when the migration ends.
 *
 * It needs the package `jose` 6. The cookie of `@hono/session` is `sid`, which is also that of `devConfig()`: give the manager
 * another `cookieName` there.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for options that do not fit; with the first old cookie, if jose is missing.
 * @example
 * ```ts
 * const store = migrateStore({
 *   from: honoSessionSource({ secret: AUTH_SECRET, userId: (data) => data.userId }),
 *   to: nodeRedisStore(client),
 * })
 * ```
 */
export function honoSessionSource<Data extends object = ForeignData>(
  options: HonoSessionOptions<Data>,
): SessionSource {
  const {
    storage,
    cookieName: name = 'sid',
    until,
  } = checkOptions(options, known, 'honoSessionSource()')
  checkSourceOptions(options)
  const key = keyOf(options)
  check(
    storage === undefined || typeof storage?.get === 'function',
    'storage is none of @hono/session',
    'Give the one that useSessionStorage() had; none for sessions in the cookie',
  )

  const verify = async (token: string, at: number): Promise<VerifiedCookie | undefined> => {
    const payload = await openToken(token, key, at)
    const id = payload?.['sid']
    if (!payload || typeof id !== 'string') return undefined
    const session = toSession(payload)
    const { data: _, expiresAt, ...limits } = session
    if (!storage) return (expiresAt ?? until) ? { key: id, session } : undefined
    // The library sends the token once only, so its expiry limits the whole session.
    if (expiresAt === undefined) return { key: id, limits }
    return { key: id, limits: { ...limits, absoluteExpiresAt: expiresAt } }
  }
  const common = {
    library: '@hono/session',
    cookieNames: [name],
    options: options as SourceOptions,
    verify: verifyEach(name, verify),
  } satisfies SessionSource
  if (!storage) return common
  return {
    ...common,
    async find(id) {
      const data = await storage.get(id)
      if (data === null || data === undefined) return undefined
      if (!isObject(data)) return { unreadable: 'The record is not one of @hono/session' }
      return { data }
    },
    async end(id) {
      await storage.delete(id)
    },
  }
}

/** Returns the payload of a token; `undefined` unless it is genuine, and has not expired. */
async function openToken(
  token: string,
  key: Uint8Array,
  at: number,
): Promise<JWTPayload | undefined> {
  if (!tokenShape.test(token) || !token.split('.').every(isCanonical)) return undefined
  const { jwtDecrypt } = await loadJose()
  try {
    const { payload } = await jwtDecrypt(token, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      requiredClaims: ['sid'],
      currentDate: new Date(at),
    })
    return payload
  } catch {
    return undefined
  }
}

const loadJose = loadOnce(
  () => import('jose'),
  'honoSessionSource() needs the package jose 6, which cannot be loaded. Install it where the application runs: npm install jose@6',
)

/** A JWE in compact form with a direct key: no encrypted key, an IV of 12 bytes, and a tag of 16. */
const tokenShape = /^[\w-]{16,512}\.\.[\w-]{16}\.[\w-]{1,16000}\.[\w-]{21}[AQgw]$/

/** Returns true for base64url as it is written: its last character may have bits that are not read. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}

function toSession({ sid: _, exp, iat, ...data }: JWTPayload): ForeignSession {
  return {
    data,
    ...(exp === undefined ? {} : { expiresAt: exp * 1000 }),
    ...(iat === undefined ? {} : { createdAt: iat * 1000 }),
  }
}

/** Returns the key of the tokens: of a string, what the library derives from it by HKDF. */
function keyOf({ secret }: Pick<HonoSessionOptions, 'secret'>): Uint8Array {
  check(
    typeof secret === 'string'
      ? secret.length > 0
      : secret instanceof Uint8Array && secret.length === 32,
    'secret is neither a string nor a key of 32 bytes',
    'Give the secret of @hono/session: its option, or AUTH_SECRET',
  )
  if (typeof secret !== 'string') return secret
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), 'session jwe cek', 32))
}
