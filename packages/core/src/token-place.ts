import type { Carrier, RequestCarrier } from './carrier.ts'

/** Where a client carries its token, and its response the next one. */
export interface TokenPlace {
  /** The request header that it is in, by which caches must tell responses apart. */
  readonly header: string
  /** The tokens that a request presents here, mostly one or none; `'excessive'` beyond the bounds. */
  present(carrier: RequestCarrier): readonly string[] | 'excessive'
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
