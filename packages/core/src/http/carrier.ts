/** The request side of a carrier: all that is needed to read a session. */
export interface RequestCarrier {
  /** A request header by its lower-case name, several lines joined as HTTP joins them; `undefined` when absent. */
  header(name: string): string | undefined
  /** Whether the client speaks HTTPS, as far as the framework has been told to trust its proxy. */
  readonly secure: boolean
}

/** One request and its response, seen as headers. A binding makes one for each request. */
export interface Carrier extends RequestCarrier {
  /** A response header as it stands, several lines joined; `undefined` when absent. */
  get(name: string): string | undefined
  /** Sets a response header, replacing what stood there. */
  set(name: string, value: string): void
  /** Adds one more line of a response header and keeps the lines that are there. */
  append(name: string, value: string): void
  /**
   * Takes back a line that `append` added. A binding needs it where a response can be committed again before its headers
   * leave, or two lines would name one cookie; browsers keep the later.
   */
  withdraw?(name: string, value: string): void
  /**
   * Whether the headers have left, or are about to: a response that only waits for its commit counts as sent to all but
   * that commit. From then on no cookie can be sent.
   */
  readonly sent: boolean
}

/** A carrier before it can be asked whether its headers are `sent`. */
export interface CarrierMethods extends Omit<Carrier, 'sent'> {
  /** Answers what `sent` then is. */
  isSent(): boolean
}

const sent: PropertyDescriptor = {
  get(this: CarrierMethods) {
    return this.isSent()
  },
}

/**
 * Makes a carrier of its parts. The getter of `sent` is one for all carriers: V8 makes a hidden class for each object that
 * has a getter of its own, and to a request that costs more than all the rest of its carrier.
 */
export function createCarrier<Parts extends CarrierMethods>(parts: Parts): Parts & Carrier {
  return Object.defineProperty(parts, 'sent', sent) as Parts & Carrier // defined in this line
}

/** Headers as frameworks hold them: Fetch's `Headers`, or Node's plain object with lower-case names. */
export type HeadersLike =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** The request side of a carrier over bare headers, for a WebSocket upgrade or a job that has no response. */
export function requestCarrier(headers: HeadersLike): RequestCarrier {
  return {
    secure: true,
    header(name) {
      if (isFetchHeaders(headers)) return headers.get(name) ?? undefined
      const value = headers[name]
      return typeof value === 'string' ? value : value?.join(name === 'cookie' ? '; ' : ', ')
    },
  }
}

function isFetchHeaders(headers: HeadersLike): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function'
}
