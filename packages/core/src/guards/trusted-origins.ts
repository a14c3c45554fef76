import { SessionUsageError } from '../errors.ts'
import { check } from '../util/check.ts'
import { quote } from '../util/quote.ts'

/** Returns the host and port of an origin in lower case, or `undefined` for other strings, such as `null`. */
export function hostOf(origin: string): string | undefined {
  return /^[a-z][a-z\d+.-]*:\/\/([^/?#@\s,]+)$/i.exec(origin)?.[1]?.toLowerCase()
}

/**
 * Checks the option `trustedOrigins` and returns it as a set.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if it is not a list, and for an origin with a path, a trailing slash
 * or a wildcard.
 */
export function readOrigins(origins: readonly string[] = []): ReadonlySet<string> {
  check(
    Array.isArray(origins),
    'trustedOrigins is no list',
    "Give one, such as ['https://app.example.com']",
  )
  return new Set(origins.map(checkOrigin))
}

function checkOrigin(origin: unknown): string {
  if (typeof origin === 'string' && isOrigin(origin)) return origin
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `trustedOrigins has ${quote(origin)}, which is no origin. Give scheme, host and port as a browser spells ` +
      "them, such as 'https://app.example.com': no path, no slash at the end, no wildcard, no default port.",
  )
}

function isOrigin(origin: string): boolean {
  if (hostOf(origin) === undefined || origin.includes('*')) return false
  if (!/^https?:/i.test(origin)) return true
  return URL.canParse(origin) && new URL(origin).origin === origin
}
