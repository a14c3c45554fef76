import type { Session, SessionData, SessionManager } from '@sojourn/core'
import type { Carrier } from '@sojourn/core/binding'
import { parseSetCookie } from '@sojourn/core/binding'

/** The cookies of a request, and those that its response will set: what `cookies()` of Next.js answers. */
export interface CookieJar {
  getAll(): readonly { readonly name: string; readonly value: string }[]
  set(cookie: JarCookie): unknown
}

/** A cookie as such a jar takes it. */
export interface JarCookie {
  name: string
  value: string
  path: string
  /** Absent: this host only. */
  domain?: string | undefined
  /** Seconds; 0 ends the cookie. Absent: until the browser closes. */
  maxAge?: number | undefined
  httpOnly: boolean
  secure: boolean
  sameSite: 'strict' | 'lax' | 'none'
  partitioned: boolean
}

/** Where the cookies are, and how the request came. */
export interface CookieSessionsOptions {
  /** Answers the jar of the request that is being answered. In Next.js: `cookies` of `next/headers`. */
  readonly cookies: () => CookieJar | Promise<CookieJar>
  /** Whether that request came by HTTPS; else no Secure cookie is set. @default it did not */
  readonly isSecure?: () => boolean | Promise<boolean>
}

/** Sessions where there is neither a Request nor a Response. */
export interface CookieSessions<Data extends object = SessionData> {
  /** A session to look at, for a page: it is read-only, and never sets a cookie. */
  read(): Promise<Session<Data>>
  /**
   * A session to change, for an action. It is committed before what `act` returns or throws is handed on: a redirect is
   * thrown in Next.js, and takes the cookie along.
   * @throws what the commit throws, and then it wrote nothing.
   */
  change<Result>(act: (session: Session<Data>) => Result | Promise<Result>): Promise<Result>
}

/** Makes `read()` and `change(act)` by the cookies alone, for Server Components and Server Actions. */
export function cookieSessions<Data extends object>(
  manager: SessionManager<Data>,
  { cookies, isSecure = () => false }: CookieSessionsOptions,
): CookieSessions<Data> {
  return {
    read: async () => manager.read({ cookie: cookieHeader(await cookies()) }),
    async change(act) {
      const carrier = jarCarrier(await cookies(), await isSecure())
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
}

/** A cookie that was ended just now is still in the jar, without a value. */
function cookieHeader(jar: CookieJar): string {
  return jar
    .getAll()
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
    .join('; ')
}

/** Of the response it can set cookies alone; what caches may keep of it is the framework's to say. */
function jarCarrier(jar: CookieJar, secure: boolean): Carrier & { sent: boolean } {
  return {
    secure,
    sent: false,
    header: (name) => (name === 'cookie' ? cookieHeader(jar) : undefined),
    get: () => undefined,
    set() {},
    append: (_name, line) => void jar.set(jarCookie(line)),
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
    sameSite: attributes.get('SameSite')?.toLowerCase() as JarCookie['sameSite'], // core writes one of the three
    partitioned: attributes.has('Partitioned'),
  }
}
