import { SessionUsageError } from '../errors.ts'
import { readOrigins } from './origin.ts'

/** Where a guard sends a request that may not pass. */
export interface RedirectOptions<Request> {
  /**
   * Where a request is sent that may not pass, by 303. A function is asked for each, and what it makes of the request
   * stays on this site: an address elsewhere is refused, for whoever wrote the link could send the user anywhere.
   * @default the error goes to the application's error handler, status 401
   */
  readonly redirectTo?: string | ((request: Request) => string)
  /** Other origins that the function may lead to, such as the one that logs users in. @default none */
  readonly trustedOrigins?: readonly string[]
}

/** No address is on both, unless it names no origin at all. */
const somewhere = ['http://a.invalid', 'https://b.invalid'] as const

/**
 * What answers a Location for a request, where the options ask for one. A Location is ASCII without blanks or controls; what is
 * not is percent-encoded, so that no part of a request ends the header.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`; what it answers throws the same where a function leads elsewhere.
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
      if (isHere(location) || isAt(location, trusted)) return location
      throw new SessionUsageError(
        'ERR_CONFIG_INVALID',
        'redirectTo answered an address on another site. Answer a path such as `/login?next=…`, with what the request ' +
          'says encoded by encodeURIComponent or checked by returnPath(), or list the origin in trustedOrigins.',
      )
    }
  }
  const location = toLocation(redirectTo, 'redirectTo')
  return () => location
}

/**
 * Where to go back to after a login: what the request asked for, if it stays on this site, else `otherwise`. To be asked
 * of a `next` or `from` in a URL or form, which whoever wrote the link has chosen; what it answers is fit for a Location.
 */
export function returnPath(asked: unknown, otherwise = '/'): string {
  const location = typeof asked === 'string' && asked !== '' ? inAscii(asked) : undefined
  return location !== undefined && isHere(location) ? location : otherwise
}

function toLocation(address: unknown, what: string): string {
  if (typeof address === 'string' && address !== '') return inAscii(address)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `${what} is ${address === '' ? 'empty' : typeof address}. Give a path such as '/login', or a function of the request that answers one.`,
  )
}

function inAscii(address: string): string {
  return address.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent)
}

/** Whether a browser stays on the site that it is on. Judged by the parser that browsers use: `//`, `/\` and `https:x` may lead away. */
function isHere(location: string): boolean {
  return somewhere.every((base) => originOf(location, base) === base)
}

function isAt(location: string, trusted: ReadonlySet<string>): boolean {
  const origin = originOf(location)
  return origin !== undefined && trusted.has(origin)
}

function originOf(location: string, base?: string): string | undefined {
  return URL.canParse(location, base) ? new URL(location, base).origin : undefined
}
