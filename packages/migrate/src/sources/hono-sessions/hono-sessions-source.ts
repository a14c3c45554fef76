import { createHash } from 'node:crypto'
import { check, checkOptions } from '@sojourn/core/store'
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
import { readStoredSession } from './stored-session.ts'

/** The part of a store of hono-sessions that a source uses. */
export interface HonoSessionsStore {
  getSessionById(id: string): unknown
  deleteSession(id: string): unknown
}

/** Options of `honoSessionsSource`. */
export interface HonoSessionsOptions<Data extends object = ForeignData>
  extends SourceOptions<Data> {
  /** The option `store`; absent if it was a `CookieStore`. */
  readonly store?: HonoSessionsStore
  /** The option `encryptionKey`; absent if there was none, which only a store allows. */
  readonly encryptionKey?: string
  /** The option `sessionCookieName`, with `__Host-` or `__Secure-` before it if `cookieOptions.prefix` says so. @default 'session' */
  readonly sessionCookieName?: string
}

const known = {
  ...sourceOptionNames,
  store: true,
  encryptionKey: true,
  sessionCookieName: true,
} as const

/** How long after its request an old server may still write a record, in ms. */
const writeDelayMs = 600_000

/**
 * A seal of iron-webcrypto as hono-sessions makes it: without the id of a password and without an expiry. All but the last
 * two parts is covered by the last, an HMAC, whose last character has four bits only.
 */
const sealShape =
  /^Fe26\.2\*\*[\da-f]{64}\*[\w-]{22}\*[\w-]{22,16000}\*\*[\da-f]{64}\*[\w-]{42}[AEIMQUYcgkosw048]$/
const uuidShape = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

/**
 * Returns the source of the sessions of hono-sessions, for `migrateStore`: in a store, or sealed in the cookie. A session is
 * opened as the library opens it, up to its `_expire`; one in a cookie that has none, only if the option `until` says when the
 * migration ends. Its flash messages become those of `session.flash`. Without an
 * `encryptionKey` the cookie is a bare id, so a forged one of the right form costs two look-ups and opens nothing.
 *
 * It needs the package `iron-webcrypto` 2.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for options that do not fit; with the first old cookie, if iron-webcrypto is
 * missing.
 * @example
 * ```ts
 * const store = migrateStore({
 *   from: honoSessionsSource({ encryptionKey: oldKey, until: new Date('2027-03-01') }),
 *   to: nodeRedisStore(client),
 * })
 * ```
 */
export function honoSessionsSource<Data extends object = ForeignData>(
  options: HonoSessionsOptions<Data>,
): SessionSource {
  const {
    store,
    encryptionKey,
    sessionCookieName: name = 'session',
    until,
  } = checkOptions(options, known, 'honoSessionsSource()')
  checkSourceOptions(options)
  check(
    store !== undefined || encryptionKey !== undefined,
    'honoSessionsSource() needs a store or an encryptionKey',
    'Give the options of the old middleware: store unless it was a CookieStore, encryptionKey if it had one',
  )
  check(
    encryptionKey === undefined ||
      (typeof encryptionKey === 'string' && encryptionKey.length >= 32),
    'encryptionKey has fewer than 32 characters',
    'Give the encryptionKey of the old middleware, which must have as many',
  )
  check(
    store === undefined || typeof store?.getSessionById === 'function',
    'store is no store of hono-sessions',
    'Give the one that sessionMiddleware({ store }) had; none for a CookieStore',
  )
  const verify = async (value: string, at: number): Promise<VerifiedCookie | undefined> => {
    const opened = encryptionKey === undefined ? value : await openSeal(value, encryptionKey)
    if (typeof opened !== 'string') return undefined
    if (store) return uuidShape.test(opened) ? { key: opened } : undefined
    const session = toSession(parseJson(opened), at)
    if ((session?.expiresAt ?? until) === undefined) return undefined
    return session && { key: createHash('sha256').update(value).digest('base64url'), session }
  }
  const common = {
    library: 'hono-sessions',
    cookieNames: [name],
    options: options as SourceOptions,
    verify: verifyEach(name, verify),
  } satisfies SessionSource
  if (!store) return common
  return {
    ...common,
    async find(key, { at }) {
      const stored = await store.getSessionById(key)
      if (!stored) return undefined
      if (!readStoredSession(stored))
        return { unreadable: 'The record is not one of hono-sessions' }
      return toSession(stored, at)
    },
    async end(key) {
      await store.deleteSession(key)
    },
  }
}

/** Returns what is in a seal; `undefined` unless it is genuine. */
async function openSeal(value: string, password: string): Promise<unknown> {
  if (!sealShape.test(value)) return undefined
  const { defaults, unseal } = await loadIron()
  try {
    return await unseal(value, { default: password }, defaults)
  } catch {
    return undefined
  }
}

const loadIron = loadOnce(
  () => import('iron-webcrypto'),
  'honoSessionsSource() needs the package iron-webcrypto 2, which cannot be loaded. Install it where the application runs: npm install iron-webcrypto@2',
)

/** Returns a session as the migration takes it; `undefined` if the library would not open it. */
function toSession(stored: unknown, at: number): ForeignSession | undefined {
  const session = readStoredSession(stored)
  if (!session || (session.expiresAt ?? Number.POSITIVE_INFINITY) <= at) return undefined
  const { data, expiresAt } = session
  if (expiresAt === undefined) return { data }
  // A server with the library may prolong a record once more after its session has moved.
  const opensUntil = expiresAt + (expiresAt - at) + writeDelayMs
  return { data, expiresAt, opensUntil }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
