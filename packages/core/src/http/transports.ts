import { SessionUsageError } from '../errors.ts'
import type { CookieWriter } from './cookie.ts'
import type { CookieChunks } from './cookie-chunks.ts'
import { cookieTransport } from './cookie-transport.ts'
import { bearerResponseHeader, bearerTransport, headerTransport } from './header-transport.ts'
import type { TokenTransport, TokenTransports } from './transport.ts'

/** A way to carry the token: the cookie, `Authorization: Bearer`, or a header of the application's own. */
export type TokenIn = 'cookie' | 'bearer' | { readonly header: string }

/** The ways that an application has chosen; a new visitor is answered in the first. */
export type TokenInList = readonly [TokenIn, ...TokenIn[]]

const nameShape = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/ // RFC 9110's token
/** Headers that mean something to HTTP, a browser or a proxy; of those with a hyphen, what they begin with. */
const takenNames = new Set(
  (
    'accept age allow authorization clear-site-data connection cookie cookie2 date etag expect expires forwarded from ' +
    'host keep-alive last-modified link location max-forwards origin pragma range referer refresh retry-after server ' +
    'set-cookie set-cookie2 status strict-transport-security te trailer transfer-encoding upgrade user-agent vary via ' +
    'warning www-authenticate x-real-ip'
  ).split(' '),
)
const takenPrefix = /^(accept|access-control|cache|content|cross-origin|if|proxy|sec|x-forwarded)-/

/**
 * The option `tokenIn`, checked.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function checkTokenIn(tokenIn: TokenIn | readonly TokenIn[] = 'cookie'): TokenInList {
  const [first, ...others] = [tokenIn].flat()
  if (first === undefined) throw wrong('names no way')
  const ways: TokenInList = [first, ...others]
  const names = ways.map(responseHeaderOf)
  if (new Set(names).size < names.length) throw wrong('names one header twice')
  return ways
}

/** The transports of the ways; the cookie's with as many cookies as the store's tokens need. */
export function createTransports(
  [first, ...others]: TokenInList,
  { writer, chunks }: { readonly writer: CookieWriter; readonly chunks: CookieChunks },
): TokenTransports {
  const transportOf = (way: TokenIn): TokenTransport => {
    if (way === 'cookie') return cookieTransport(writer, chunks)
    return way === 'bearer' ? bearerTransport() : headerTransport(way.header)
  }
  return [transportOf(first), ...others.map(transportOf)]
}

/** The response header of a way, in lower case; it tells the ways apart. */
export function responseHeaderOf(way: TokenIn): string {
  if (way === 'cookie') return 'set-cookie'
  if (way === 'bearer') return bearerResponseHeader.toLowerCase()
  const header: unknown = Object(way).header
  if (typeof header !== 'string') throw wrong(`holds ${String(way)}`)
  const lower = header.toLowerCase()
  if (!nameShape.test(header)) throw wrong('holds a header that is not the name of one')
  if (takenNames.has(lower) || takenPrefix.test(lower))
    throw wrong(`holds the header ${header}, which means something in HTTP`)
  return lower
}

function wrong(what: string): SessionUsageError {
  return new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `tokenIn ${what}. Give 'cookie', 'bearer', a header of your own such as { header: 'X-Session-Token' }, or a list of different ones.`,
  )
}
