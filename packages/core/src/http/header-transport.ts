import type { RequestCarrier } from './carrier.ts'
import { cookieBounds } from './cookie.ts'
import { checkToken } from './cookie-chunks.ts'
import type { PresentedTokens, TokenTransport } from './transport.ts'

/** The response header with the next token, for a client that sends `Authorization: Bearer`. */
export const bearerResponseHeader = 'Session-Token'

/** After the blanks comes a non-blank: otherwise a long run of blanks would match in many ways (ReDoS). */
const bearerShape = /^bearer(?: +([^ ].*))?$/is

/** The token in `Authorization: Bearer` (RFC 6750, 2.1), and the next one in the response header `Session-Token`. */
export function bearerTransport(): TokenTransport {
  return createTransport('Authorization', {
    responseHeader: bearerResponseHeader,
    // Another scheme, such as Basic, is not for the session.
    parse: (value) => {
      const match = bearerShape.exec(value)
      return match ? (match[1] ?? '') : undefined
    },
  })
}

/** The token in a header of the application's own, and the next one in the same header of the response. */
export function headerTransport(header: string): TokenTransport {
  return createTransport(header, { responseHeader: header, parse: (value) => value })
}

interface HeaderFormat {
  readonly responseHeader: string
  /** Returns the token in a value of the request header: '' if it is empty, `undefined` if it is for something else. */
  parse(value: string): string | undefined
}

/**
 * Creates the transport of a header. Several comma-separated values are several tokens, as with cookies of one name. A
 * client that has no token yet sends the header empty to get one. An offered token is sent like any other: the client
 * sees which response belongs to which request, and ignores the tokens of those from before a login.
 */
function createTransport(header: string, { responseHeader, parse }: HeaderFormat): TokenTransport {
  const lower = header.toLowerCase()
  return {
    header,
    caching: 'no-store',
    read: (carrier) => readHeader(carrier, lower, parse),
    send(carrier, { token }) {
      checkToken(token)
      carrier.set(responseHeader, token)
    },
    clear: (carrier) => carrier.set(responseHeader, ''),
  }
}

function readHeader(
  carrier: RequestCarrier,
  header: string,
  parse: HeaderFormat['parse'],
): PresentedTokens | 'excessive' | undefined {
  const text = carrier.header(header)
  if (text === undefined) return undefined
  if (text.length > cookieBounds.bytes) return 'excessive'
  const values = text.split(',', cookieBounds.candidates + 1)
  const tokens = values.map((value) => parse(value.trim())).filter((token) => token !== undefined)
  if (tokens.length > cookieBounds.candidates) return 'excessive'
  if (tokens.length === 0) return undefined
  return { tokens: tokens.filter((token) => token !== ''), offers: [] }
}
