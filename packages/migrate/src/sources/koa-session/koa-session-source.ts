import { check, checkOptions } from '@sojourn/core/store'
import { type SigningKeys, signedCookieNames, signedCookieReader } from '../keygrip-cookie.ts'
import { asObject, isEmpty, keyOfSeal, parseObject } from '../sealed-data.ts'
import {
  checkSourceOptions,
  type ForeignData,
  type ForeignSession,
  type SessionSource,
  type SourceOptions,
  sourceOptionNames,
} from '../source.ts'

/** Options of `koaSessionSource`: the keys of the Koa application, and the options of koa-session. */
export interface KoaSessionOptions<Data extends object = ForeignData> extends SourceOptions<Data> {
  /** `app.keys` of the old application. */
  readonly keys: SigningKeys
  /** The option `key` of koa-session, which is the name of its cookie. @default 'koa.sess' */
  readonly key?: string
  /** The option `store` of koa-session, or what its `ContextStore` did without a context. @default sessions in cookies */
  readonly store?: KoaSessionStore
  /**
   * Returns the key of a session in the store, from the signed cookie `key`; for an application whose `externalKey` puts it
   * into a cookie in another form. @default the value of the cookie
   */
  readonly externalKey?: (value: string) => string | undefined
  /** The option `decode` of koa-session, for sessions in cookies. @default JSON in base64 */
  readonly decode?: (text: string) => unknown
  /** The option `valid` of koa-session, which refuses sessions, without its context. @default all are valid */
  readonly valid?: (data: Data) => boolean
}

/** What is used of a store of koa-session. */
export interface KoaSessionStore {
  get(key: string, maxAge?: undefined, options?: { readonly rolling: false }): unknown
  destroy(key: string): unknown
}

/**
 * Returns the sessions of koa-session 6 and 7, as the source of a migration: those in its store, or without one those in their
 * cookies. They end at `_expire`, which koa-session keeps with the data. A session in a cookie that has no such time, because
 * `maxAge` was `'session'`, is only opened if the option `until` says when the migration ends.
 *
 * Its data is what the application has put into `ctx.session`. As in koa-session, names that begin with `_` are not part of it.
 * @see docs/how-to/migrate-from-koa-session.md
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for wrong options.
 * @example
 * const store = migrateStore({
 *   from: koaSessionSource({ keys: app.keys, store: oldStore, userId: ({ user }) => user?.id }),
 *   to: nodeRedisStore(client),
 * })
 */
export function koaSessionSource<Data extends object = ForeignData>(
  options: KoaSessionOptions<Data>,
): SessionSource {
  const { key: name = 'koa.sess', keys, store } = checkOptions(options, known, 'koaSessionSource()')
  checkSourceOptions(options)
  check(typeof name === 'string' && name !== '', 'key is no text', "Give the name: 'koa.sess'")
  checkFunctions(options)
  const read = signedCookieReader(name, keys)
  const shared = {
    library: 'koa-session',
    cookieNames: signedCookieNames(name),
    options: options as SourceOptions,
  }
  return store
    ? { ...shared, ...inStore(store, read, options) }
    : { ...shared, ...inCookies(read, options) }
}

const known = {
  ...sourceOptionNames,
  keys: true,
  key: true,
  store: true,
  externalKey: true,
  decode: true,
  valid: true,
} as const

type CookieReader = ReturnType<typeof signedCookieReader>

function inStore<Data extends object>(
  store: KoaSessionStore,
  read: CookieReader,
  { externalKey = (value) => value, valid }: KoaSessionOptions<Data>,
): Required<Pick<SessionSource, 'verify' | 'find' | 'end'>> {
  return {
    verify: (cookies) =>
      read(cookies)
        .map(externalKey)
        .filter((key) => key !== undefined)
        .map((key) => ({ key })),
    async find(key, { at }) {
      const stored = await store.get(key, undefined, { rolling: false })
      if (stored === undefined || stored === null) return undefined
      const record = asObject(stored)
      if (!record) return { unreadable: `The store returned a ${typeof stored}, and no object` }
      return sessionOf(record, at, valid)
    },
    end: async (key) => void (await store.destroy(key)),
  }
}

function inCookies<Data extends object>(
  read: CookieReader,
  { decode = decodeJson, valid, until }: KoaSessionOptions<Data>,
): Pick<SessionSource, 'verify' | 'hasEqualCookies'> {
  return {
    hasEqualCookies: true,
    verify: (cookies, at) =>
      read(cookies).flatMap((value) => {
        const record = decodeOrNothing(value, decode)
        const session = record && sessionOf(record, at, valid)
        const ends = session?.expiresAt !== undefined || until !== undefined
        return session && ends ? [{ key: keyOfSeal(value), session }] : []
      }),
  }
}

function decodeJson(text: string): unknown {
  return parseObject(Buffer.from(text, 'base64').toString())
}

function decodeOrNothing(text: string, decode: (text: string) => unknown): ForeignData | undefined {
  try {
    return asObject(decode(text))
  } catch {
    return undefined // as in koa-session: the cookie is genuine, and of another version of the application
  }
}

/** How long after its request an old server may still write a record, in ms. */
const writeDelayMs = 600_000

/** Returns the session in a record; `undefined` if it has expired, is not valid or is empty. */
function sessionOf<Data extends object>(
  record: ForeignData,
  at: number,
  valid: KoaSessionOptions<Data>['valid'],
): ForeignSession | undefined {
  const { _expire: expire, _maxAge: maxAge, _session: isForBrowser } = record
  if (expire !== undefined && !(Number.isFinite(expire) && expire > at)) return undefined
  if (valid && !valid(record as Data)) return undefined
  const data = Object.fromEntries(Object.entries(record).filter(([name]) => isData(name)))
  if (isEmpty(data)) return undefined
  return {
    data,
    ...(isForBrowser === true ? { persistent: false } : {}),
    ...(expire === undefined ? {} : { expiresAt: expire, opensUntil: expire }),
    ...(Number.isFinite(maxAge) && maxAge > 0
      ? { maxAge, opensUntil: Math.max(expire ?? 0, at + maxAge + writeDelayMs) }
      : {}),
  }
}

/** Returns true for a name that koa-session saves. */
function isData(name: string): boolean {
  return !name.startsWith('_') && name !== 'isNew'
}

function checkFunctions<Data extends object>({
  store,
  externalKey,
  decode,
  valid,
}: KoaSessionOptions<Data>): void {
  check(
    store === undefined || [store.get, store.destroy].every((each) => typeof each === 'function'),
    'store is no store of koa-session',
    'Give the one that session({ store }) had',
  )
  for (const [name, value] of Object.entries({ externalKey, decode, valid }))
    check(
      value === undefined || typeof value === 'function',
      `${name} is no function`,
      'Give one, or leave it out',
    )
  check(
    store === undefined || decode === undefined,
    'decode is set, and so is store',
    'Leave decode out: koa-session uses it only for sessions in cookies',
  )
  check(
    store !== undefined || externalKey === undefined,
    'externalKey is set, and store is not',
    'Give the store that the keys lead to',
  )
}
