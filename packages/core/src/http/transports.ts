import { SessionUsageError } from '../errors.ts'
import type { CookieWriter } from './cookie.ts'
import type { CookieChunks } from './cookie-chunks.ts'
import { cookieTransport } from './cookie-transport.ts'
import { bearerResponseHeader, bearerTransport, headerTransport } from './header-transport.ts'
import { reservedFor } from './reserved-headers.ts'
import type { TokenTransport, TokenTransports } from './transport.ts'

/**
 * Where a client carries its token: in the cookie, in `Authorization: Bearer`, or in a header of the application's own.
 * @example
 * const tokenIn: readonly TokenIn[] = ['cookie', { header: 'X-Session-Token' }]
 */
export type TokenIn = 'cookie' | 'bearer' | { readonly header: string }

/** The option `tokenIn` as a list; the first is used for a client that has no token yet. */
export type TokenInList = readonly [TokenIn, ...TokenIn[]]

const nameShape = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/ // a `token` of RFC 9110, 5.6.2
/**
 * Returns the option `tokenIn` as a checked list.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an empty list, a header named twice, or a reserved header.
 */
export function checkTokenIn(tokenIn: TokenIn | readonly TokenIn[] = 'cookie'): TokenInList {
  const [first, ...others] = [tokenIn].flat()
  if (first === undefined) throw tokenInError('names no way')
  const list: TokenInList = [first, ...others]
  const names = list.map(responseHeaderOf)
  if (new Set(names).size < names.length) throw tokenInError('names one header twice')
  return list
}

/** Creates the transports of the option `tokenIn`. `chunks` is how many cookies a token of the store may take. */
export function createTransports(
  [first, ...others]: TokenInList,
  { writer, chunks }: { readonly writer: CookieWriter; readonly chunks: CookieChunks },
): TokenTransports {
  const transportOf = (tokenIn: TokenIn): TokenTransport => {
    if (tokenIn === 'cookie') return cookieTransport(writer, chunks)
    return tokenIn === 'bearer' ? bearerTransport() : headerTransport(tokenIn.header)
  }
  return [transportOf(first), ...others.map(transportOf)]
}

/**
 * Returns the response header that sends the token, in lower case. Two entries of `tokenIn` are the same if theirs is.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but a `TokenIn`, or a header that cannot be used.
 */
export function responseHeaderOf(tokenIn: TokenIn): string {
  if (tokenIn === 'cookie') return 'set-cookie'
  if (tokenIn === 'bearer') return bearerResponseHeader.toLowerCase()
  const header: unknown = Object(tokenIn).header
  if (typeof header !== 'string') throw tokenInError(`holds ${String(tokenIn)}`)
  const lower = header.toLowerCase()
  if (!nameShape.test(header)) throw tokenInError('holds a header that is not the name of one')
  const reserved = reservedFor(lower)
  if (reserved) throw tokenInError(`holds the header ${header}, which means something ${reserved}`)
  return lower
}

function tokenInError(what: string): SessionUsageError {
  return new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `tokenIn ${what}. Give 'cookie', 'bearer', a header of your own such as { header: 'X-Session-Token' }, or a list of different ones.`,
  )
}
