import { mountedSession } from './access-guard.ts'
import type { Carrier } from './carrier.ts'
import { SessionAccessError, SessionUsageError } from './errors.ts'
import { varyBy } from './response-headers.ts'

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
export interface CsrfRequest extends Pick<Carrier, 'header' | 'get' | 'set'> {
  /** As the client sent it. What overrides a method is not looked at. */
  readonly method: string
  /** Which host the client asked. @default the header Host */
  readonly host?: string | undefined
}

/** Refuses what other sites have a browser send. */
export interface CsrfGuard {
  /** The name of the session that the token is checked against. */
  readonly as: string
  /** Whether `check` needs the form's token: a binding that must read a body for it reads it only then. */
  wantsField(request: Pick<CsrfRequest, 'method' | 'header'>): boolean
  /**
   * Passes or throws. `session` is what the binding finds under `as`, `field` what `csrfField` finds in the body; both
   * matter only where the guard demands a token.
   * @throws SessionAccessError `ERR_CSRF_REFUSED`, status 403.
   * @throws SessionUsageError `ERR_SESSION_MISSING` where a token is demanded and no session is mounted.
   */
  check(request: CsrfRequest, session?: unknown, field?: unknown): void
}

const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']
const tokenHeader = 'x-csrf-token'
const vary = ['Origin', 'Sec-Fetch-Site'] as const

/**
 * The check of Go 1.25's CrossOriginProtection, in its order, and a token on top where it is asked for:
 *
 * 1. GET, HEAD and OPTIONS pass: they must not change anything.
 * 2. Sec-Fetch-Site `same-origin` or `none` passes; anything else, `same-site` included, only from a trusted origin.
 * 3. Without Sec-Fetch-Site, an Origin must have the host that was asked, or be trusted.
 * 4. With neither header the request passes, unless `strict`.
 *
 * The content type decides nothing.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an origin with a path, a slash at its end or a wildcard.
 */
export function createCsrfGuard(options: CsrfOptions = {}): CsrfGuard {
  const { as = 'session', strict = false, token = false } = options
  const trusted = new Set((options.trustedOrigins ?? []).map(checkOrigin))
  return {
    as,
    wantsField: ({ method, header }) =>
      token && !safeMethods.includes(method) && header(tokenHeader) === undefined,
    check(request, session, field) {
      if (safeMethods.includes(request.method)) return
      varyBy(request, vary)
      checkSource(request, { trusted, strict })
      if (token) checkToken(request, mountedSession(session, as), field)
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

function checkSource(
  request: CsrfRequest,
  { trusted, strict }: { trusted: ReadonlySet<string>; strict: boolean },
): void {
  const site = request.header('sec-fetch-site') ?? ''
  const origin = request.header('origin') ?? ''
  if (site === 'same-origin' || site === 'none') return
  if (trusted.has(origin)) return
  if (site !== '') throw refused(`Sec-Fetch-Site is ${show(site)} and Origin ${show(origin)}`)
  if (origin === '' && !strict) return
  if (origin === '') throw refused('it has neither Sec-Fetch-Site nor Origin, and strict is on')
  const host = request.host ?? request.header('host') ?? ''
  if (hostOf(origin) !== host.toLowerCase())
    throw refused(`Origin is ${show(origin)} and Host ${show(host)}`)
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

/** The host and port of an origin; `undefined` of anything that is none, `null` included. */
function hostOf(origin: string): string | undefined {
  return /^[a-z][a-z\d+.-]*:\/\/([^/?#@\s,]+)$/i.exec(origin)?.[1]?.toLowerCase()
}

function checkOrigin(origin: unknown): string {
  if (typeof origin === 'string' && isOrigin(origin)) return origin
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `trustedOrigins has ${show(String(origin))}, which is no origin. Give scheme, host and port as a browser spells ` +
      "them, such as 'https://app.example.com': no path, no slash at the end, no wildcard, no default port.",
  )
}

function isOrigin(origin: string): boolean {
  if (hostOf(origin) === undefined || origin.includes('*')) return false
  if (!/^https?:/i.test(origin)) return true
  return URL.canParse(origin) && new URL(origin).origin === origin
}

/** What a stranger sent, fit for a log. */
function show(text: string): string {
  return text === '' ? 'absent' : JSON.stringify(text.slice(0, 100))
}
