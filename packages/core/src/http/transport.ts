import type { Carrier, RequestCarrier } from './carrier.ts'
import { cookieBounds } from './cookie.ts'
import type { ForeignCookieReader, ForeignCookies } from './foreign-cookies.ts'

/** One place for the token in requests and responses: the cookie, or a header. */
export interface TokenTransport {
  /** The request header that holds the token; a response that depends on the session has it in `Vary`. */
  readonly header: string
  /** The least strict `Cache-Control` that a response with a token may have. */
  readonly caching: 'private, no-cache' | 'no-store'
  /**
   * Returns the tokens of a request. An empty list means that the client uses this transport but has no token yet;
   * `undefined` that it does not use this transport; `'excessive'` that the header exceeds `cookieBounds`.
   */
  read(carrier: RequestCarrier): PresentedTokens | 'excessive' | undefined
  /**
   * Adds a token to the response.
   * @throws SessionUsageError `ERR_SESSION_TOO_LARGE`; the response is unchanged.
   * @throws SessionStoreError `ERR_STORE_CONTRACT` for a token with characters that no header may hold.
   */
  send(carrier: Carrier, outgoing: OutgoingToken): void
  /** Makes the client delete its token. */
  clear(carrier: Carrier): void
}

/** The tokens of a request. */
export interface PresentedTokens {
  /** All distinct tokens, usually one. Empty: the client has none yet. */
  readonly tokens: readonly string[]
  /** The offered tokens that the client keeps apart; see cookie-transport.ts. */
  readonly offers: readonly string[]
  /** The cookies of another session library, if the store reads them and there are any. */
  readonly foreign?: ForeignCookies
}

/** A token to send to the client. */
interface OutgoingToken {
  readonly token: string
  /** Whether it is an offer of the rotation by age: it must not overwrite the token of another response. */
  readonly isOffer: boolean
  /** How long the client keeps it, in ms; `undefined` means until it closes. */
  readonly maxAge: number | undefined
}

/** The transports of a manager; the first is used for a client that has no token yet. */
export type TokenTransports = readonly [TokenTransport, ...TokenTransport[]]

const noTokens: PresentedTokens = { tokens: [], offers: [] }

/** Returns what a request presents: its tokens, and the foreign cookies that the store reads; `'excessive'` above the bounds. */
export function readPresented(
  {
    transports,
    foreignCookies,
  }: {
    readonly transports: TokenTransports
    readonly foreignCookies: ForeignCookieReader | undefined
  },
  carrier: RequestCarrier,
): PresentedTokens | 'excessive' {
  const presented = readTokens(transports, carrier)
  if (!foreignCookies || presented === 'excessive') return presented
  const foreign = foreignCookies.read(carrier)
  return foreign ? { ...presented, foreign } : presented
}

/** Returns true if a request presents nothing that a store could open. */
export function isNothing({ tokens, foreign }: PresentedTokens): boolean {
  return tokens.length === 0 && foreign === undefined
}

/** Returns the tokens of a request, from all transports; `'excessive'` above the bounds. */
export function readTokens(
  transports: TokenTransports,
  carrier: RequestCarrier,
): PresentedTokens | 'excessive' {
  const [first, second] = transports
  if (!second) return first.read(carrier) ?? noTokens
  const tokens = new Set<string>()
  const offers = new Set<string>()
  for (const transport of transports) {
    const read = transport.read(carrier)
    if (read === 'excessive') return 'excessive'
    for (const token of read?.tokens ?? []) tokens.add(token)
    for (const offer of read?.offers ?? []) offers.add(offer)
  }
  if (tokens.size > cookieBounds.candidates) return 'excessive'
  return { tokens: [...tokens], offers: [...offers] }
}

/**
 * Returns the transport that sends a token: the one that the request used, else the first. If the request used several,
 * the cookie wins whatever their order: a script must not get the token of an HttpOnly cookie by adding a header.
 */
export function transportToSend(
  transports: TokenTransports,
  carrier: RequestCarrier,
): TokenTransport {
  const [first, second] = transports
  if (!second) return first
  const used = transportsToClear(transports, carrier)
  return used.find(({ header }) => header === 'Cookie') ?? used[0]
}

/** Returns the transports that clear the token: all that the request used, else the first. */
export function transportsToClear(
  transports: TokenTransports,
  carrier: RequestCarrier,
): TokenTransports {
  const [first, ...others] = transports.filter((transport) => transport.read(carrier) !== undefined)
  return first ? [first, ...others] : [transports[0]]
}
