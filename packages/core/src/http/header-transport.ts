import type { RequestCarrier } from './carrier.ts'
import { cookieBounds } from './cookie.ts'
import { checkToken } from './cookie-chunks.ts'
import type { TokenTransport } from './transport.ts'

/** The response header that hands the next token to a client which sends `Authorization: Bearer`. */
export const bearerResponseHeader = 'Session-Token'

/** Behind the blanks comes something else, or a long run of them could be split in many ways. */
const bearerShape = /^bearer(?: +([^ ].*))?$/is

/** The token in `Authorization: Bearer` (RFC 6750, 2.1); the next one comes in the response header `Session-Token`. */
export function bearerTransport(): TokenTransport {
  return transportOver('Authorization', {
    responseHeader: bearerResponseHeader,
    // Another scheme is none of ours.
    tokenIn: (value) => {
      const match = bearerShape.exec(value)
      return match ? (match[1] ?? '') : undefined
    },
  })
}

/** The token in a request header of the application's choice, and the next one in the same header of the response. */
export function headerTransport(header: string): TokenTransport {
  return transportOver(header, { responseHeader: header, tokenIn: (value) => value })
}

interface HeaderUse {
  /** The response header. */
  readonly responseHeader: string
  /** The token in one value of the request header, '' where it has none; `undefined` for a value of other use. */
  tokenIn(value: string): string | undefined
}

/** Of several values each is a token, as of several cookies; a client that has none yet sends the header empty. */
function transportOver(header: string, { responseHeader, tokenIn }: HeaderUse): TokenTransport {
  const lower = header.toLowerCase()
  return {
    header,
    caching: 'no-store',
    read: (carrier) => present(carrier, lower, tokenIn),
    send(carrier, { token }) {
      checkToken(token)
      carrier.set(responseHeader, token)
    },
    clear: (carrier) => carrier.set(responseHeader, ''),
  }
}

function present(carrier: RequestCarrier, header: string, tokenIn: HeaderUse['tokenIn']) {
  const text = carrier.header(header)
  if (text === undefined) return undefined
  if (text.length > cookieBounds.bytes) return 'excessive'
  const values = text.split(',', cookieBounds.candidates + 1)
  const tokens = values.map((value) => tokenIn(value.trim())).filter((token) => token !== undefined)
  if (tokens.length > cookieBounds.candidates) return 'excessive'
  return tokens.length === 0 ? undefined : tokens.filter((token) => token !== '')
}
