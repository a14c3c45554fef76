import { SessionAccessError } from '../errors.ts'
import type { Carrier } from '../http/carrier.ts'
import { varyBy } from '../http/vary.ts'
import { checkOptions } from '../util/check-options.ts'
import { quote } from '../util/quote.ts'
import { mountedSession } from './access-guard.ts'
import { hostOf, readOrigins } from './origin.ts'

/** How a site is protected from requests that other sites have its users send. */
export interface CsrfOptions {
  /** The name of the session on the request; matters only with `token`. @default 'session' */
  readonly as?: string
  /** Other origins that may send: scheme, host and port as browsers spell them, without a slash at the end. @default none */
  readonly trustedOrigins?: readonly string[]
  /** Whether a request that names neither its site nor its origin is refused; no such one comes from a browser of today. @default false */
  readonly strict?: boolean
  /** Whether the session's own token is demanded too, from the header `X-CSRF-Token` or the form field `_csrf`. @default false */
  readonly token?: boolean
}

/** A request as the guard sees it: headers of both sides, as a Carrier has them, and its method. */
export interface CsrfRequest extends RequestOrigin, Pick<Carrier, 'get' | 'set'> {}

/** What of a request says where it comes from, and what for. */
interface RequestOrigin extends Pick<Carrier, 'header'>, Partial<Pick<Carrier, 'secure'>> {
  /** As the routes see it. No header is looked at that would override it. */
  readonly method: string
  /** As the client sent it, where a middleware has put another in its place: both must be safe. @default `method` */
  readonly sentMethod?: string | undefined
  /** Which host the client asked. @default the header Host */
  readonly host?: string | undefined
}

/** Refuses what other sites have a browser send. */
export interface CsrfGuard {
  /** The name of the session that the token is checked against. */
  readonly as: string
  /**
   * Whether `check` needs the form's token: a binding that must read a body for it reads it only then. Of a request that
   * is refused whatever its body says none is read.
   */
  wantsField(request: RequestOrigin): boolean
  /**
   * Passes or throws. `session` is what the binding finds under `as`, `field` what `csrfField` finds in the body; both
   * matter only where the guard demands a token.
   * @throws SessionAccessError `ERR_CSRF_REFUSED`, status 403.
   * @throws SessionUsageError `ERR_SESSION_MISSING` where a token is demanded and no session is mounted.
   */
  check(request: CsrfRequest, session?: unknown, field?: unknown): void
}

const known = { as: true, trustedOrigins: true, strict: true, token: true } as const
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']
const tokenHeader = 'x-csrf-token'
const vary = ['Origin', 'Sec-Fetch-Site'] as const

interface Rules {
  readonly trusted: ReadonlySet<string>
  readonly strict: boolean
}

/**
 * The check of Go 1.25's CrossOriginProtection, in its order, and a token on top where it is asked for:
 *
 * 1. GET, HEAD and OPTIONS pass: they must not change anything. Not so the GET that opens a WebSocket, by which every page
 *    could talk in its user's name; it needs no token, for a page cannot give it one.
 * 2. Sec-Fetch-Site `same-origin` or `none` passes; anything else, `same-site` included, only from a trusted origin.
 * 3. Without Sec-Fetch-Site, an Origin must have the host that was asked, or be trusted. Of what came by HTTPS, it is
 *    not `http:`.
 * 4. With neither header the request passes, unless `strict`.
 *
 * The content type decides nothing.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an unknown option, and an origin with a path, a slash at its end or a wildcard.
 */
export function createCsrfGuard(options: CsrfOptions = {}): CsrfGuard {
  const { as = 'session', strict = false, token = false } = checkOptions(options, known, 'csrf()')
  const rules = { trusted: readOrigins(options.trustedOrigins), strict }
  const wantsToken = (request: RequestOrigin) => token && !isSafe(request)
  return {
    as,
    wantsField: (request) =>
      wantsToken(request) &&
      request.header(tokenHeader) === undefined &&
      faultOf(request, rules) === undefined,
    check(request, session, field) {
      if (isSafe(request) && !opensSocket(request)) return
      varyBy(request, vary)
      const fault = faultOf(request, rules)
      if (fault !== undefined) throw refused(fault)
      if (wantsToken(request)) checkToken(request, mountedSession(session, as), field)
    },
  }
}

/**
 * The token in a parsed body: of a plain object, FormData or URLSearchParams, the field `_csrf`. One that stands there
 * twice is an array, and so no token.
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

/** Browsers let every page open one, cookie included, and ask no server first (RFC 6455, 10.2). */
function opensSocket({ method, header }: RequestOrigin): boolean {
  return method === 'GET' && /\bwebsocket\b/i.test(header('upgrade') ?? '')
}

/** Why a request may come from another site; `undefined` where it does not. */
function faultOf(request: RequestOrigin, { trusted, strict }: Rules): string | undefined {
  const site = request.header('sec-fetch-site') ?? ''
  const origin = request.header('origin') ?? ''
  if (site === 'same-origin' || site === 'none' || trusted.has(origin)) return undefined
  if (site !== '') return `Sec-Fetch-Site is ${describe(site)} and Origin ${describe(origin)}`
  if (origin === '')
    return strict ? 'it has neither Sec-Fetch-Site nor Origin, and strict is on' : undefined
  const host = request.host ?? request.header('host') ?? ''
  if (hostOf(origin) !== host.toLowerCase())
    return `Origin is ${describe(origin)} and Host ${describe(host)}`
  const isDowngraded = request.secure === true && /^http:/i.test(origin)
  return isDowngraded ? `Origin is ${describe(origin)} and the request came by HTTPS` : undefined
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

function refused(why: string): SessionAccessError {
  return new SessionAccessError(
    'ERR_CSRF_REFUSED',
    `The request may come from another site: ${why}. If that site is yours, list its origin in trustedOrigins.`,
    { Vary: vary.join(', ') },
  )
}

function describe(text: string): string {
  return text === '' ? 'absent' : quote(text)
}
