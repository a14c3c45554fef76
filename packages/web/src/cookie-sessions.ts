import {
  type HeadersLike,
  type Session,
  type SessionData,
  type SessionManager,
  SessionUsageError,
} from '@sojourn/core'
import {
  type Carrier,
  checkIpOption,
  checkMount,
  parseSetCookie,
  type RequestCarrier,
  requestCarrier,
} from '@sojourn/core/binding'

/** The cookies of a request and of its response, as `cookies()` of Next.js returns them. */
export interface CookieJar {
  getAll(): readonly { readonly name: string; readonly value: string }[]
  set(cookie: JarCookie): unknown
}

/** A cookie to set, with its attributes. */
export interface JarCookie {
  name: string
  value: string
  path: string
  /** Absent for a cookie of this host only. */
  domain?: string | undefined
  /** In seconds; 0 deletes the cookie. Absent for a cookie that ends with the browser. */
  maxAge?: number | undefined
  httpOnly: boolean
  secure: boolean
  sameSite: 'strict' | 'lax' | 'none'
  partitioned: boolean
}

/** Options of `cookieSessions`. */
export interface CookieSessionsOptions {
  /** Returns the cookies of the current request. In Next.js: `cookies` of `next/headers`. */
  readonly cookies: () => CookieJar | Promise<CookieJar>
  /**
   * Returns the headers of the current request, for the option `fingerprint`, which requires it. In Next.js: `headers` of
   * `next/headers`.
   */
  readonly headers?: () => HeadersLike | Promise<HeadersLike>
  /** Returns the address of the client, for a `fingerprint` that compares it, which requires it. */
  readonly ip?: () => string | undefined | Promise<string | undefined>
  /** Returns whether the client uses HTTPS. If not, no Secure cookie is set. @default () => false */
  readonly isSecure?: () => boolean | Promise<boolean>
}

/** Sessions for code that has neither a Request nor a Response. */
export interface CookieSessions<Data extends object = SessionData> {
  /** Returns the read-only session of the current request, for a page. It never sets a cookie. */
  read(): Promise<Session<Data>>
  /**
   * Calls `act` with the session of the current request, for an action that changes it. Commits the session even if
   * `act` throws, because redirects of Next.js are thrown and must carry the cookie too. Then returns or throws what
   * `act` did.
   * @throws The error of the commit, if that fails; nothing was saved then.
   */
  change<Result>(act: (session: Session<Data>) => Result | Promise<Result>): Promise<Result>
}

/**
 * Returns `read()` and `change(act)`, which need no more than the request's cookies: for Server Components and Server
 * Actions of Next.js.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager, an option is unknown, or `cookies` is
 * no function.
 *
 * @example
 * ```ts
 * import { cookieSessions } from '@sojourn/web'
 * import { cookies } from 'next/headers'
 *
 * const { read, change } = cookieSessions(manager, { cookies })
 *
 * export async function Greeting() {
 *   const { userId } = await read()
 *   return `Hello ${userId ?? 'stranger'}`
 * }
 *
 * export async function logOut() {
 *   'use server'
 *   await change((session) => session.destroy())
 * }
 * ```
 */
export function cookieSessions<Data extends object>(
  manager: SessionManager<Data>,
  options: CookieSessionsOptions,
): CookieSessions<Data> {
  const {
    cookies,
    isSecure = () => false,
    headers,
    ip,
  } = checkMount(manager, options, {
    name: 'cookieSessions',
    call: 'cookieSessions(manager, { cookies })',
    known: { cookies: true, isSecure: true, headers: true, ip: true },
  })
  checkCookies(cookies)
  checkIpOption(manager, ip, 'Give ip: () => …, as your server knows it')
  checkHeaders(manager, headers)
  return {
    async read() {
      const request = await requestOf(await cookies())
      return manager.read({ get: (name) => request.header(name) ?? null }, request)
    },
    async change(act) {
      const jar = await cookies()
      const carrier = jarCarrier(jar, await requestOf(jar))
      const session = await manager.load(carrier)
      try {
        return await act(session)
      } finally {
        const committing = manager.commit(session, carrier)
        carrier.sent = true
        await committing
      }
    },
  }

  /** The request, whose cookies are those of the jar: they may have been changed since. */
  async function requestOf(jar: CookieJar): Promise<RequestCarrier> {
    const given = headers && requestCarrier(await headers())
    return {
      secure: await isSecure(),
      ip: await ip?.(),
      header: (name) => (name === 'cookie' ? cookieHeader(jar) : given?.header(name)),
    }
  }
}

function checkHeaders(
  { fingerprint }: { readonly fingerprint: readonly string[] },
  headers: unknown,
): void {
  if (typeof headers === 'function' || (headers === undefined && fingerprint.length === 0)) return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'The option fingerprint of the manager compares headers. Give the function that returns them: cookieSessions(manager, { cookies, headers }).',
  )
}

function checkCookies(cookies: unknown): void {
  if (typeof cookies !== 'function')
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'cookies is not a function. Give the function itself, which is called in each request: cookieSessions(manager, { cookies }).',
    )
}

/** Returns a jar as a Cookie header. Skips cookies without a value: a cookie just deleted is still in the jar. */
function cookieHeader(jar: CookieJar): string {
  return jar
    .getAll()
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
    .join('; ')
}

/** Returns a carrier that can only set cookies. The framework sets Cache-Control and Vary. */
function jarCarrier(jar: CookieJar, request: RequestCarrier): Carrier & { sent: boolean } {
  return {
    ...request,
    sent: false,
    get: () => undefined,
    set() {},
    append: (name, line) => void (name === 'Set-Cookie' && jar.set(jarCookie(line))),
  }
}

function jarCookie(line: string): JarCookie {
  const { name, value, attributes } = parseSetCookie(line)
  const maxAge = attributes.get('Max-Age')
  return {
    name,
    value,
    path: attributes.get('Path') ?? '/',
    domain: attributes.get('Domain'),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    httpOnly: attributes.has('HttpOnly'),
    secure: attributes.has('Secure'),
    sameSite: attributes.get('SameSite')?.toLowerCase() as JarCookie['sameSite'], // core writes one of these
    partitioned: attributes.has('Partitioned'),
  }
}
