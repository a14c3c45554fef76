import type { Carrier, RequestCarrier } from './carrier.ts'
import { cookieBounds } from './cookie.ts'

/** Where a client carries its token, and its response the next one. */
export interface TokenPlace {
  /** The request header that the token is in, by which caches must tell responses apart. */
  readonly header: string
  /** The least that the Cache-Control of a response with a token says. */
  readonly caching: 'private, no-cache' | 'no-store'
  /**
   * The tokens that a request presents here, mostly one; none where it only asks for one to be handed to it here;
   * `undefined` where it does not use this place; `'excessive'` beyond the bounds.
   */
  present(carrier: RequestCarrier): readonly string[] | 'excessive' | undefined
  /**
   * Hands a token to the client.
   * @throws SessionUsageError `ERR_SESSION_TOO_LARGE`; the response is then as it was.
   */
  hand(carrier: Carrier, sent: Handed): void
  /** Has the client forget its token. */
  clear(carrier: Carrier): void
}

/** A token on its way to the client. */
interface Handed {
  readonly token: string
  /** How long the client is to keep it, in ms; `undefined`: until it closes. */
  readonly maxAge: number | undefined
}

/** The places that an application has chosen, the one for a new visitor first. */
export type TokenPlaces = readonly [TokenPlace, ...TokenPlace[]]

/** All tokens of a request, wherever it carries them; `'excessive'` beyond the bounds. */
export function presentedTokens(
  places: TokenPlaces,
  carrier: RequestCarrier,
): readonly string[] | 'excessive' {
  const [only, another] = places
  if (!another) return only.present(carrier) ?? []
  const tokens = new Set<string>()
  for (const place of places) {
    const presented = place.present(carrier)
    if (presented === 'excessive') return 'excessive'
    for (const token of presented ?? []) tokens.add(token)
  }
  return tokens.size > cookieBounds.candidates ? 'excessive' : [...tokens]
}

/**
 * The place in which a request is handed a token: the way it came, else the first. Of several ways the cookie, whatever
 * their order: no script may have the token of an HttpOnly cookie shown to it by adding a header to its request.
 */
export function placeToHand(places: TokenPlaces, carrier: RequestCarrier): TokenPlace {
  const [only, another] = places
  if (!another) return only
  const used = placesToClear(places, carrier)
  return used.find(({ header }) => header === 'Cookie') ?? used[0]
}

/** The places in which a request is told that its session ended: all that it used, else the first. */
export function placesToClear(places: TokenPlaces, carrier: RequestCarrier): TokenPlaces {
  const [first, ...others] = places.filter((place) => place.present(carrier) !== undefined)
  return first ? [first, ...others] : [places[0]]
}
