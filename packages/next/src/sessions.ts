import {
  type Session,
  SessionAccessError,
  type SessionData,
  type SessionManager,
} from '@sojourn/core'
import { checkMount, isForwardedHttps } from '@sojourn/core/binding'
import * as web from '@sojourn/web'
import { createProxy, type HandleProxy, type ProxyOptions } from './proxy.ts'

/** Options of `sessions`. */
export interface NextSessionsOptions {
  /**
   * Whether to trust the header X-Forwarded-Proto, which decides whether a Secure cookie is sent. Set it if all requests
   * come through a proxy that sets the header, as on most platforms; Next.js itself cannot know.
   * @default false: no Secure cookie is sent
   */
  readonly trustProxy?: boolean
  /**
   * Returns the address of the client, for the option `fingerprint`: the last address in the header that your proxy writes.
   * Only called with that option, and required if it compares addresses.
   */
  readonly ip?: (headers: Headers) => string | undefined
  /**
   * Returns true for requests that do not count as use, such as those by which a page polls. Server Components never count;
   * the proxy does that.
   * @default every request prolongs its session
   */
  readonly passive?: (request: Request) => boolean
  /**
   * As in `experimental` of your `next.config`. If true, what guards throw in a Server Action becomes the page of Next.js for
   * 401 or 403; else it is a 500.
   * @default false
   */
  readonly authInterrupts?: boolean
}

/** How the parts of a Next.js application get their session. */
export interface NextSessions<Data extends object = SessionData> {
  /**
   * For route handlers: calls a function with the session of the request, and returns its response when the session is
   * committed. Return redirects; `redirect()` of Next.js works in `changeSession`.
   */
  readonly withSession: web.WithSession<Data>
  /**
   * For Server Components: returns the read-only session of the request, once for all components. A Server Component cannot
   * set cookies: `login`, `update`, `destroy` and `rotate` throw `ERR_SESSION_READ_ONLY`.
   */
  readonly readSession: () => Promise<Session<Data>>
  /**
   * For Server Actions, and for route handlers that call `redirect()`: calls `act` with the session of the request and commits
   * the session, also if `act` throws, as `redirect()` does. Then returns or throws what `act` did.
   * @throws The error of the commit, if that fails; nothing was saved then.
   */
  readonly changeSession: <Result>(
    act: (session: Session<Data>) => Result | Promise<Result>,
  ) => Promise<Result>
  /**
   * Creates the function of `proxy.ts`, which keeps sessions alive that are only read: it touches them and rotates their tokens.
   * It refuses cross-site requests, and calls `handle`, where guards may redirect to a path.
   *
   * @example
   * ```ts
   * import { requireSession } from '@sojourn/next'
   *
   * const requireLogin = requireSession({ redirectTo: '/sign-in' })
   *
   * export const proxy = createProxy((request, session) => {
   *   if (new URL(request.url).pathname.startsWith('/account')) requireLogin(request, session)
   * })
   * export const config = { matcher: '/((?!_next/|favicon).*)' }
   * ```
   */
  readonly createProxy: <Incoming extends Request = Request>(
    handle?: HandleProxy<Data, Incoming>,
    options?: ProxyOptions,
  ) => (request: Incoming) => Promise<Response>
}

/**
 * Returns what the parts of an application need: `withSession`, `readSession`, `changeSession` and `createProxy`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager or an option is unknown.
 *
 * @example
 * ```ts
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { sessions, shareManager } from '@sojourn/next'
 * import { memoryStore } from '@sojourn/store-memory'
 *
 * export const manager = shareManager(() =>
 *   createSessionManager(envConfig(process.env.SESSION_SECRET, { store: memoryStore() })),
 * )
 * export const { withSession, readSession, changeSession, createProxy } = sessions(manager, {
 *   trustProxy: true,
 * })
 * ```
 */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  options: NextSessionsOptions = {},
): NextSessions<Data> {
  const {
    trustProxy = false,
    ip,
    passive,
    authInterrupts = false,
  } = checkMount(manager, options, {
    call: 'sessions(manager)',
    known: { trustProxy: true, ip: true, passive: true, authInterrupts: true },
  })
  const isSecure = (headers: Headers) =>
    trustProxy && isForwardedHttps(headers.get('x-forwarded-proto'))

  const withSession = web.sessions(manager, {
    isSecure: (request) => isSecure(request.headers),
    ...(ip && { ip: (request) => ip(request.headers) }),
    ...(passive && { passive }),
  })
  const { read, change } = web.cookieSessions(manager, {
    cookies,
    headers,
    isSecure: async () => isSecure(await headers()),
    ...(ip && { ip: async () => ip(await headers()) }),
  })
  /** The sessions that were read, by the cookies of their request: Next.js has one object for them. */
  const known = new WeakMap<object, Promise<Session<Data>>>()

  return { withSession, readSession, changeSession, createProxy: proxyOf }

  async function readSession(): Promise<Session<Data>> {
    const jar = await cookies()
    const session = known.get(jar) ?? read()
    known.set(jar, session)
    return session
  }

  async function changeSession<Result>(
    act: (session: Session<Data>) => Result | Promise<Result>,
  ): Promise<Result> {
    try {
      return await change(act)
    } catch (error) {
      if (!authInterrupts || !(error instanceof SessionAccessError)) throw error
      const { forbidden, unauthorized } = await import('next/navigation.js')
      return error.status === 401 ? unauthorized() : forbidden()
    } finally {
      known.delete(await cookies())
    }
  }

  function proxyOf<Incoming extends Request>(
    handle: HandleProxy<Data, Incoming> = () => undefined,
    proxyOptions: ProxyOptions = {},
  ) {
    return createProxy(withSession, handle, proxyOptions)
  }
}

// Next.js is imported when it is first needed, so that tests and scripts can load this module without it.
async function cookies(): Promise<web.CookieJar> {
  return (await import('next/headers.js')).cookies()
}

async function headers(): Promise<Headers> {
  return (await import('next/headers.js')).headers()
}
