import { SessionUsageError } from './errors.ts'
import type { Carrier } from './http/carrier.ts'
import { parseSetCookie } from './http/cookie.ts'
import { responseHeaderOf, type TokenIn } from './http/transports.ts'
import type { SessionManager } from './manager/manager.ts'
import type { LoginOptions } from './options/login-options.ts'
import type { SessionId } from './record/record.ts'
import type { SessionData } from './session/session.ts'
import { systemClock } from './util/clock.ts'

/** What a test's user is to have, besides being logged in. */
export interface TestUserOptions<Data extends object = SessionData>
  extends Omit<LoginOptions, 'carry'> {
  /** What the session holds. */
  readonly data?: Data
  /** Which of the manager's ways carries the token. @default the first */
  readonly tokenIn?: TokenIn
}

/** A user who is logged in, as a client that knows it. */
export interface TestUser {
  /** The session's id, for `manager.revoke` and its kin. */
  readonly id: SessionId
  /** The headers of a request with this session, whatever its way: `{ cookie }`, `{ authorization }`, … */
  readonly headers: Readonly<Record<string, string>>
  /** The Cookie header alone, `name=value`; '' where the token is in another header. */
  readonly cookie: string
  /** The cookies as a browser of Playwright takes them for a page: `context.addCookies(ada.cookies(url))`. */
  cookies(url: string): BrowserCookie[]
}

/** A cookie in Playwright's shape. */
export interface BrowserCookie {
  name: string
  value: string
  domain: string
  path: string
  /** Epoch seconds; -1 until the browser closes. */
  expires: number
  httpOnly: boolean
  secure: boolean
  sameSite: 'Strict' | 'Lax' | 'None'
}

/**
 * Logs a user in for a test, with the application's own manager and as a request does: by `load`, `login` and `commit`.
 * So it works with every store, and the application meets nothing that it could not meet in production.
 * @throws SessionUsageError, SessionLimitError, SessionStoreError, as `login` does.
 */
export async function logIn<Data extends object>(
  manager: SessionManager<Data>,
  userId: string,
  { data, tokenIn = manager.tokenIn[0], ...login }: TestUserOptions<Data> = {},
): Promise<TestUser> {
  checkWay(manager, tokenIn)
  const response = new Map<string, string>()
  const lines: string[] = []
  const carrier = carrierOf(asking(tokenIn), response, lines)
  const session = await manager.load(carrier)
  if (data) session.data = data
  await session.login(userId, login)
  await manager.commit(session, carrier)
  const cookie = lines.map((line) => line.split(';', 1)[0]).join('; ')
  return {
    id: session.id,
    headers: tokenIn === 'cookie' ? { cookie } : answered(tokenIn, response),
    cookie,
    cookies: (url) => lines.map((line) => browserCookie(line, new URL(url))),
  }
}

function checkWay({ tokenIn }: Pick<SessionManager, 'tokenIn'>, way: TokenIn): void {
  if (tokenIn.map(responseHeaderOf).includes(responseHeaderOf(way))) return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'logIn() was asked for a way of the token that the manager does not have. Name one of manager.tokenIn, or leave tokenIn out.',
  )
}

/** A request over HTTPS with these headers, whose response is kept. */
function carrierOf(
  request: Readonly<Record<string, string>>,
  response: Map<string, string>,
  lines: string[],
): Carrier {
  return {
    secure: true,
    sent: false,
    header: (name) => request[name],
    get: (name) => response.get(name.toLowerCase()),
    set: (name, value) => void response.set(name.toLowerCase(), value),
    append: (_name, value) => void lines.push(value),
    withdraw: (_name, value) => void lines.splice(lines.indexOf(value), 1),
  }
}

/** The header by which a client asks for its first token. */
function asking(way: TokenIn): Record<string, string> {
  if (way === 'cookie') return {}
  return way === 'bearer' ? { authorization: 'Bearer' } : { [way.header.toLowerCase()]: '' }
}

/** The header of the next request, from that of the response. */
function answered(
  way: Exclude<TokenIn, 'cookie'>,
  response: Map<string, string>,
): Record<string, string> {
  const token = response.get(responseHeaderOf(way)) ?? ''
  return way === 'bearer'
    ? { authorization: `Bearer ${token}` }
    : { [responseHeaderOf(way)]: token }
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
