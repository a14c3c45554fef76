import { SessionAccessError } from '../errors.ts'
import type { Carrier } from '../http/carrier.ts'
import { varyBy } from '../http/vary.ts'
import { cameByHttps, isSession } from '../session/session.ts'
import { checkAs } from '../util/check.ts'
import { quote } from '../util/quote.ts'
import { mountedSession } from './access-guard.ts'
import { checkGuardOptions } from './guard-options.ts'
import { hostOf, readOrigins } from './trusted-origins.ts'

/** Options of `csrf`. */
export interface CsrfOptions {
  /** The name of the session on the request; used only with `token`. @default 'session' */
  readonly as?: string
  /**
   * Other origins whose pages may send requests: scheme, host and port as browsers write them, without a trailing
   * slash.
   * @default none
   */
  readonly trustedOrigins?: readonly string[]
  /**
   * Whether to refuse requests with neither `Sec-Fetch-Site` nor `Origin`. Current browsers always send one of them;
   * other programs often send neither.
   * @default false
   */
  readonly strict?: boolean
  /**
   * Whether to require the session's token too, in the header `X-CSRF-Token` or the form field `_csrf`.
   * @default false
   */
  readonly token?: boolean
}

/** A request to check. `header`, `get` and `set` are those of the request's carrier. */
export interface CsrfRequest extends RequestOrigin, Pick<Carrier, 'get' | 'set'> {}

/** The part of a request that shows where it comes from and what it may change. */
interface RequestOrigin extends Pick<Carrier, 'header'>, Partial<Pick<Carrier, 'secure'>> {
  /** The method that routing uses. The guard reads no header that overrides the method. */
  readonly method: string
  /**
   * The method that the client sent, if middleware has replaced it. The request is safe if both are. @default `method`
   */
  readonly sentMethod?: string | undefined
  /** The host that the client sent the request to, with its port. @default the header Host */
  readonly host?: string | undefined
}

/** Refuses cross-site requests. */
export interface CsrfGuard {
  /** The name of the session on the request. */
  readonly as: string
  /** The option `token`. If false, `check` ignores `field`, and takes from `session` only whether it came by HTTPS. */
  readonly needsToken: boolean
  /**
   * Returns true if `check` needs the form field: a binding that reads bodies itself must then read the body first.
   * Returns false if the body makes no difference, as when the request is refused anyway.
   */
  needsField(request: RequestOrigin): boolean
  /**
   * Throws if the request is refused. `session` is the value that the request has under the name `as`, `field` is
   * `csrfField(body)`. Adds `Origin` and `Sec-Fetch-Site` to the response's Vary, unless rule 1 of `createCsrfGuard`
   * lets the request pass.
   * @throws SessionAccessError `ERR_CSRF_REFUSED`, status 403.
   * @throws SessionUsageError `ERR_SESSION_MISSING` if a token is needed and no session is mounted.
   */
  check(request: CsrfRequest, session?: unknown, field?: unknown): void
}

const known = { as: true, trustedOrigins: true, strict: true, token: true } as const
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']
const tokenHeader = 'x-csrf-token'
const vary = ['Origin', 'Sec-Fetch-Site'] as const

interface OriginRules {
  readonly trusted: ReadonlySet<string>
  readonly strict: boolean
}

/**
 * Creates a CSRF guard. It applies the rules of Go 1.25's CrossOriginProtection in their order. With `token`, requests
 * that pass by rules 2 to 4 must also carry the session's token.
 *
 * 1. GET, HEAD and OPTIONS pass, because they must not change anything. The GET of a WebSocket upgrade is checked by
 *    rules 2 to 4, because any page could use the socket in the user's name. It needs no token: pages cannot add
 *    headers to it.
 * 2. `Sec-Fetch-Site: same-origin` or `none` passes. Any other value, `same-site` included, needs a trusted origin.
 * 3. Without Sec-Fetch-Site, the Origin must be trusted, or be `http:` or `https:` with the request's host. `http:` is
 *    refused if the request came by HTTPS; a session knows that from the binding, which may trust a proxy.
 * 4. Requests with neither header pass, unless `strict`.
 *
 * The content type is not considered.
 * @see https://pkg.go.dev/net/http#CrossOriginProtection
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an unknown option, and for an origin with a path, a trailing
 * slash or a wildcard.
 */
export function createCsrfGuard(options: CsrfOptions = {}): CsrfGuard {
  const {
    as = 'session',
    strict = false,
    token = false,
  } = checkGuardOptions(options, known, 'csrf')
  checkAs(as)
  const rules = { trusted: readOrigins(options.trustedOrigins), strict }
  return {
    as,
    needsToken: token,
    needsField: (request) =>
      token &&
      !isSafe(request) &&
      request.header(tokenHeader) === undefined &&
      crossSiteReason(request, rules) === undefined,
    check(request, session, field) {
      if (isSafe(request) && !isWebSocketUpgrade(request)) return
      varyBy(request, vary)
      const secure = request.secure === true || (isSession(session) && session[cameByHttps])
      const reason = crossSiteReason(request, rules, secure)
      if (reason !== undefined) throw crossSiteError(reason)
      if (token && !isSafe(request)) checkToken(request, mountedSession(session, as), field)
    },
  }
}

/**
 * Returns the field `_csrf` of a parsed body: a plain object, FormData or URLSearchParams. A repeated field is
 * returned as an array, which no token matches.
 */
export function csrfField(body: unknown): unknown {
  const form = Object(body)
  if (typeof form.getAll !== 'function') return form._csrf
  const [field, ...others] = form.getAll('_csrf')
  return others.length === 0 ? field : [field, ...others]
}

function isSafe({ method, sentMethod = method }: RequestOrigin): boolean {
  return safeMethods.includes(method) && safeMethods.includes(sentMethod)
}

/** Returns true for a WebSocket upgrade. Any page may send one, with cookies and no preflight (RFC 6455, 10.2). */
function isWebSocketUpgrade({ method, header }: RequestOrigin): boolean {
  return method === 'GET' && /\bwebsocket\b/i.test(header('upgrade') ?? '')
}

/** Returns why a request may come from another site, or `undefined` if it passes rules 2 to 4 of `createCsrfGuard`. */
function crossSiteReason(
  request: RequestOrigin,
  { trusted, strict }: OriginRules,
  secure = request.secure === true,
): string | undefined {
  const site = request.header('sec-fetch-site') ?? ''
  const origin = request.header('origin') ?? ''
  if (site === 'same-origin' || site === 'none' || trusted.has(origin)) return undefined
  if (site !== '')
    return `Sec-Fetch-Site is ${quoteOrAbsent(site)} and Origin ${quoteOrAbsent(origin)}`
  if (origin === '')
    return strict ? 'it has neither Sec-Fetch-Site nor Origin, and strict is on' : undefined
  const host = request.host ?? request.header('host') ?? ''
  if (hostOf(origin) !== host.toLowerCase())
    return `Origin is ${quoteOrAbsent(origin)} and Host ${quoteOrAbsent(host)}`
  if (!/^https?:/i.test(origin))
    return `Origin is ${quoteOrAbsent(origin)}, which is no page of this site`
  const isDowngraded = secure && /^http:/i.test(origin)
  return isDowngraded
    ? `Origin is ${quoteOrAbsent(origin)} and the request came by HTTPS`
    : undefined
}

function checkToken(
  { header }: CsrfRequest,
  session: ReturnType<typeof mountedSession>,
  field: unknown,
): void {
  if (session.verifyCsrfToken(header(tokenHeader) ?? field)) return
  throw new SessionAccessError(
    'ERR_CSRF_REFUSED',
    'The request carried no CSRF token of its session. Put session.csrfToken() into the header X-CSRF-Token or the ' +
      'form field _csrf; a page from before a login or logout must be loaded again.',
    { Vary: vary.join(', ') },
  )
}

function crossSiteError(reason: string): SessionAccessError {
  return new SessionAccessError(
    'ERR_CSRF_REFUSED',
    `The request may come from another site: ${reason}. If that site is yours, list its origin in trustedOrigins.`,
    { Vary: vary.join(', ') },
  )
}

function quoteOrAbsent(text: string): string {
  return text === '' ? 'absent' : quote(text)
}
