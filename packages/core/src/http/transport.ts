import type { Carrier, RequestCarrier } from './carrier.ts'
import { cookieBounds } from './cookie.ts'

/** Where a client carries its token, and its response the next one. */
export interface TokenTransport {
  /** The request header that the token is in, by which caches must tell responses apart. */
  readonly header: string
  /** The least that the Cache-Control of a response with a token says. */
  readonly caching: 'private, no-cache' | 'no-store'
  /**
   * The tokens that a request presents here, mostly one; none where it only asks for one to be handed to it here;
   * `undefined` where it does not use this transport; `'excessive'` beyond the bounds.
   */
  read(carrier: RequestCarrier): readonly string[] | 'excessive' | undefined
  /**
   * Hands a token to the client.
   * @throws SessionUsageError `ERR_SESSION_TOO_LARGE`; the response is then as it was.
   */
  send(carrier: Carrier, sent: OutgoingToken): void
  /** Has the client forget its token. */
  clear(carrier: Carrier): void
}

/** A token on its way to the client. */
interface OutgoingToken {
  readonly token: string
  /** How long the client is to keep it, in ms; `undefined`: until it closes. */
  readonly maxAge: number | undefined
}

/** The transports that an application has chosen, the one for a new visitor first. */
export type TokenTransports = readonly [TokenTransport, ...TokenTransport[]]

/** All tokens of a request, wherever it carries them; `'excessive'` beyond the bounds. */
export function readTokens(
  transports: TokenTransports,
  carrier: RequestCarrier,
): readonly string[] | 'excessive' {
  const [only, another] = transports
  if (!another) return only.read(carrier) ?? []
  const tokens = new Set<string>()
  for (const transport of transports) {
    const presented = transport.read(carrier)
    if (presented === 'excessive') return 'excessive'
    for (const token of presented ?? []) tokens.add(token)
  }
  return tokens.size > cookieBounds.candidates ? 'excessive' : [...tokens]
}

/**
 * The transport in which a request is handed a token: the way it came, else the first. Of several ways the cookie, whatever
 * their order: no script may have the token of an HttpOnly cookie shown to it by adding a header to its request.
 */
export function transportToSend(
  transports: TokenTransports,
  carrier: RequestCarrier,
): TokenTransport {
  const [only, another] = transports
  if (!another) return only
  const used = transportsToClear(transports, carrier)
  return used.find(({ header }) => header === 'Cookie') ?? used[0]
}

/** The transports in which a request is told that its session ended: all that it used, else the first. */
export function transportsToClear(
  transports: TokenTransports,
  carrier: RequestCarrier,
): TokenTransports {
  const [first, ...others] = transports.filter((transport) => transport.read(carrier) !== undefined)
  return first ? [first, ...others] : [transports[0]]
}
