import { SessionUsageError } from '../errors.ts'
import { quote } from '../util/quote.ts'
import { readOrigins } from './trusted-origins.ts'

/** Where a guard redirects requests that may not pass. */
export interface RedirectOptions<Request> {
  /**
   * The address to redirect to with 303, or a function that returns it for a request. A function's address must be on
   * this site or at a trusted origin, because it may contain text from the URL: a link on another site must not be able
   * to choose where the user ends up.
   * @default no redirect: the error goes to the application's error handler, status 401
   */
  readonly redirectTo?: string | ((request: Request) => string)
  /** Other origins that the function may redirect to, such as that of a login service. @default none */
  readonly trustedOrigins?: readonly string[]
}

/** An address that names no origin of its own takes the origin of either base. */
const probeOrigins = ['http://a.invalid', 'https://b.invalid'] as const

/**
 * Returns a function that computes the Location header of a redirect, or `undefined` without `redirectTo`. Everything
 * but printable ASCII is percent-encoded, so that text from a request cannot end the header.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid options. The returned function throws it if `redirectTo`
 * is a function and leads to another site.
 */
export function createRedirect<Request>({
  redirectTo,
  trustedOrigins,
}: RedirectOptions<Request>): ((request: Request) => string) | undefined {
  const trusted = readOrigins(trustedOrigins)
  if (redirectTo === undefined) return undefined
  if (typeof redirectTo === 'function') {
    return (request) => {
      const location = toLocation(redirectTo(request), "redirectTo's answer")
      if (isOnThisSite(location) || isTrusted(location, trusted)) return location
      throw new SessionUsageError(
        'ERR_CONFIG_INVALID',
        'redirectTo answered an address on another site. Answer a path such as `/login?next=…`, with what the request ' +
          'says encoded by encodeURIComponent or checked by returnPath(), or list the origin in trustedOrigins.',
      )
    }
  }
  const location = toLocation(redirectTo, 'redirectTo')
  if (!isOnThisSite(location) && !URL.canParse(location))
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      `redirectTo is ${quote(location)}. Give a path that begins with a slash, such as '/login', or a whole address.`,
    )
  return () => location
}

/**
 * Returns `requested` if it is a path on this site, which begins with `/`, `?` or `#`, else `fallback`. Use it for the page
 * to return to after a login: a `next` or `from` in a URL or form is chosen by the author of the link. The result is ready
 * for a Location header.
 *
 * @example
 * ```ts
 * import { returnPath, type Session } from '@sojourn/core'
 *
 * export async function logIn(request: Request, session: Session, userId: string) {
 *   await session.login(userId)
 *   const next = new URL(request.url).searchParams.get('next')
 *   return new Response(null, { status: 303, headers: { Location: returnPath(next, '/account') } })
 * }
 * ```
 */
export function returnPath(requested: unknown, fallback = '/'): string {
  const isText = typeof requested === 'string' && requested !== ''
  const location = isText ? toAscii(requested) : undefined
  return location !== undefined && isOnThisSite(location) ? location : fallback
}

function toLocation(address: unknown, what: string): string {
  if (typeof address === 'string' && address !== '') return toAscii(address)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `${what} is ${address === '' ? 'empty' : typeof address}. Give a path such as '/login', or a function of the request that answers one.`,
  )
}

function toAscii(address: string): string {
  return address.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent)
}

/**
 * Returns true if a browser that follows `location` stays on its origin, whatever sends it: only what begins with `/`,
 * `?` or `#` passes, because Express 4 and Koa 2 take the location `back` for the address in `Referer`. Uses the URL
 * parser that browsers use, because `//x` and `/\x` may lead to another origin.
 */
function isOnThisSite(location: string): boolean {
  return /^[/?#]/.test(location) && probeOrigins.every((base) => originOf(location, base) === base)
}

function isTrusted(location: string, trusted: ReadonlySet<string>): boolean {
  const origin = originOf(location)
  return origin !== undefined && trusted.has(origin)
}

function originOf(location: string, base?: string): string | undefined {
  return URL.canParse(location, base) ? new URL(location, base).origin : undefined
}
