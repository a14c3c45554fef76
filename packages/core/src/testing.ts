import { SessionUsageError } from './errors.ts'
import type { Carrier } from './http/carrier.ts'
import { parseSetCookie } from './http/cookie.ts'
import { responseHeaderOf, type TokenIn } from './http/transports.ts'
import type { SessionManager } from './manager/manager.ts'
import type { LoginOptions } from './options/login-options.ts'
import type { SessionId } from './record/record.ts'
import type { SessionData } from './session/session.ts'
import { systemClock } from './util/clock.ts'

/** A request for tests, by default over HTTPS and without headers. */
export interface TestCarrierOptions {
  /** The request's headers; their names may be in any case. */
  readonly headers?: Readonly<Record<string, string>>
  /** The request's Cookie header, `name=value; …`. `undefined` sends none. */
  readonly cookie?: string | undefined
  /** Whether the request came over HTTPS. @default true */
  readonly secure?: boolean
  /** The address of the client, for a `fingerprint` that compares it. */
  readonly ip?: string | undefined
  /** Headers that the application has set on the response, other than Set-Cookie. */
  readonly responseHeaders?: Readonly<Record<string, string>>
}

/** A carrier that keeps the response in memory. */
export interface TestCarrier extends Carrier {
  /** The Set-Cookie lines of the response, oldest first. The array is live. */
  readonly setCookies: readonly string[]
  /** The other headers of the response, by lower-case name. */
  readonly responseHeaders: Map<string, string>
  /** Whether the headers count as sent; set it to `true` to test what happens after the response. */
  sent: boolean
}

/** The user and session that `logIn` creates. Takes the options of `session.login`, except `carry`. */
export interface TestUserOptions<Data extends object = SessionData>
  extends Omit<LoginOptions, 'carry'> {
  /** The session's data. Keys that are left out are as in a new session. */
  readonly data?: Partial<Data>
  /** How the token travels; one of the manager's `tokenIn`. @default the first of them */
  readonly tokenIn?: TokenIn
  /**
   * The client that logs in, for the option `fingerprint`: what the requests of the test will have, such as
   * `{ headers: { 'user-agent': 'test' }, ip: '127.0.0.1' }`. `TestUser.headers` contains its headers.
   */
  readonly from?: Pick<TestCarrierOptions, 'headers' | 'ip'>
}

/** A logged-in user, as seen by a client that holds the session's token. */
export interface TestUser {
  /** The session's id, for `manager.revoke`. */
  readonly id: SessionId
  /** The headers of a request in this session: `{ cookie }`, `{ authorization }` or the configured header. */
  readonly headers: Readonly<Record<string, string>>
  /** The Cookie header alone, `name=value`; `''` if the token travels in another header. */
  readonly cookie: string
  /** Returns the cookies for a page in Playwright: `context.addCookies(ada.cookies(url))`. */
  cookies(url: string): BrowserCookie[]
}

/** A cookie in Playwright's shape. */
export interface BrowserCookie {
  name: string
  value: string
  domain: string
  path: string
  /** Epoch seconds; -1 for a cookie that ends with the browser. */
  expires: number
  httpOnly: boolean
  secure: boolean
  sameSite: 'Strict' | 'Lax' | 'None'
}

/**
 * Returns a carrier for one request of a test, without a framework or a server. Pass it to `manager.load` and
 * `manager.commit`, then read the response from `setCookies` and `responseHeaders`.
 *
 * @example
 * ```ts
 * import { createTestCarrier } from '@sojourn/core/testing'
 *
 * const carrier = createTestCarrier({ cookie: 'theme=dark' })
 * const session = await manager.load(carrier)
 * await session.login('user-1')
 * await manager.commit(session, carrier)
 * console.log(carrier.setCookies) // ['sid=…; Path=/; HttpOnly; …']
 * ```
 */
export function createTestCarrier(options: TestCarrierOptions = {}): TestCarrier {
  const { headers = {}, cookie, secure = true, ip } = options
  const request = byLowerCaseName(headers)
  if (cookie !== undefined) request.set('cookie', cookie)
  const responseHeaders = byLowerCaseName(options.responseHeaders ?? {})
  const setCookies: string[] = []
  return {
    secure,
    ip,
    sent: false,
    setCookies,
    responseHeaders,
    header: (name) => request.get(name),
    get(name) {
      const key = name.toLowerCase()
      return key === 'set-cookie' ? setCookies.join(', ') || undefined : responseHeaders.get(key)
    },
    set: (name, value) => void responseHeaders.set(name.toLowerCase(), value),
    append(name, value) {
      const key = name.toLowerCase()
      if (key === 'set-cookie') return void setCookies.push(value)
      const present = responseHeaders.get(key)
      responseHeaders.set(key, present === undefined ? value : `${present}, ${value}`)
    },
    withdraw(_name, value) {
      const index = setCookies.indexOf(value)
      if (index !== -1) setCookies.splice(index, 1)
    },
  }
}

/**
 * Logs a user in for a test with the application's own manager, by `load`, `login` and `commit` as a request does. It
 * works with every store, and the application meets nothing that it could not meet in production.
 *
 * @throws SessionUsageError, SessionLimitError, SessionStoreError, as `session.login` does; SessionUsageError with
 * `ERR_CONFIG_INVALID` if the manager does not have the given `tokenIn`.
 * @example
 * ```ts
 * import { logIn } from '@sojourn/core/testing'
 *
 * const ada = await logIn(manager, 'ada', { data: { cart: ['tea'] } })
 * const response = await fetch('http://localhost:3000/cart', { headers: ada.headers })
 * ```
 */
export async function logIn<Data extends object>(
  manager: SessionManager<Data>,
  userId: string,
  { data, tokenIn = manager.tokenIn[0], from = {}, ...login }: TestUserOptions<Data> = {},
): Promise<TestUser> {
  checkTokenIn(manager, tokenIn)
  const headers = { ...from.headers, ...firstRequestHeaders(tokenIn) }
  const carrier = createTestCarrier({ headers, ip: from.ip })
  const session = await manager.load(carrier)
  if (data) session.data = data as Data
  await session.login(userId, login)
  await manager.commit(session, carrier)
  const lines = [...carrier.setCookies]
  const cookie = lines.map((line) => line.split(';', 1)[0]).join('; ')
  return {
    id: session.id,
    headers: {
      ...from.headers,
      ...(tokenIn === 'cookie' ? { cookie } : nextRequestHeaders(tokenIn, carrier)),
    },
    cookie,
    cookies: (url) => lines.map((line) => browserCookie(line, new URL(url))),
  }
}

function byLowerCaseName(headers: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function checkTokenIn(manager: Pick<SessionManager, 'tokenIn'>, tokenIn: TokenIn): void {
  if (manager.tokenIn.map(responseHeaderOf).includes(responseHeaderOf(tokenIn))) return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'logIn() was asked for a way of the token that the manager does not have. Name one of manager.tokenIn, or leave tokenIn out.',
  )
}

/** The headers by which a client without a token asks for one. */
function firstRequestHeaders(tokenIn: TokenIn): Record<string, string> {
  if (tokenIn === 'cookie') return {}
  return tokenIn === 'bearer' ? { authorization: 'Bearer' } : { [tokenIn.header]: '' }
}

/** The headers of the next request, with the token of the response. */
function nextRequestHeaders(
  tokenIn: Exclude<TokenIn, 'cookie'>,
  { responseHeaders }: TestCarrier,
): Record<string, string> {
  const header = responseHeaderOf(tokenIn)
  const token = responseHeaders.get(header) ?? ''
  return tokenIn === 'bearer' ? { authorization: `Bearer ${token}` } : { [header]: token }
}

function browserCookie(line: string, { hostname }: URL): BrowserCookie {
  const { name, value, attributes } = parseSetCookie(line)
  const domain = attributes.get('Domain')
  const maxAge = attributes.get('Max-Age')
  return {
    name,
    value,
    domain: domain === undefined ? hostname : `.${domain.replace(/^\./, '')}`, // without a dot: this host alone
    path: attributes.get('Path') ?? '/',
    expires: maxAge === undefined ? -1 : Math.floor(systemClock() / 1000) + Number(maxAge),
    httpOnly: attributes.has('HttpOnly'),
    secure: attributes.has('Secure'),
    sameSite: attributes.get('SameSite') as BrowserCookie['sameSite'], // one of the three: cookie.ts wrote it
  }
}
