/** The request side of a carrier: enough to read a session. */
export interface RequestCarrier {
  /**
   * Returns a request header by its lower-case name; `undefined` if absent. Several lines are joined by `, `, those of
   * `cookie` by `; ` (RFC 9110, 5.3; RFC 9113, 8.2.3).
   */
  header(name: string): string | undefined
  /** True if the client uses HTTPS. Behind a proxy, only if the framework is configured to trust it. */
  readonly secure: boolean
  /**
   * The address of the client; behind a proxy, only that which a trusted one reports. Read only with the option
   * `fingerprint`.
   */
  readonly ip?: string | undefined
}

/** One request and its response, reduced to headers. A binding makes one per request, with `createCarrier`. */
export interface Carrier extends RequestCarrier {
  /** Returns the current value of a response header, several lines joined; `undefined` if absent. */
  get(name: string): string | undefined
  /** Sets a response header, replacing any value. */
  set(name: string, value: string): void
  /** Adds a line of a response header and keeps those that are there; for `Set-Cookie`. */
  append(name: string, value: string): void
  /**
   * Removes a line that `append` added. Needed if a response can be committed again before its headers are sent:
   * otherwise two lines would set one cookie, and browsers keep the later.
   */
  withdraw?(name: string, value: string): void
  /**
   * True once no cookie can be sent any more: the headers have been sent, or they are held only until the commit is
   * done. In the latter case the commit itself must still see `false`.
   */
  readonly sent: boolean
  /**
   * Called when the application first uses the session, with the names of the request headers that the response then
   * depends on, such as `['Cookie']`. A binding may put them into `Vary` here, where that is cheaper than on a finished
   * response. The commit still makes sure of `Vary`. It may be called at any time, also while the response is being sent
   * and after that; what it throws would reach the handler.
   */
  consulted?(headers: readonly string[]): void
}

/** The argument of `createCarrier`: a carrier with the method `isSent` in place of the property `sent`. */
export interface CarrierMethods extends Omit<Carrier, 'sent'> {
  /** Returns the value of `sent`. */
  isSent(): boolean
}

const sentProperty: PropertyDescriptor = {
  get(this: CarrierMethods) {
    return this.isSent()
  },
}

/**
 * Creates the carrier of one request: adds the property `sent` to `methods` and returns the same object.
 *
 * All carriers share one getter for `sent`. A getter in the object literal would give each carrier a hidden class of
 * its own in V8, which costs a request more than the rest of its carrier.
 * @example
 * function carrierOf(request: IncomingMessage, response: ServerResponse): Carrier {
 *   return createCarrier({
 *     secure: 'encrypted' in request.socket,
 *     header: (name) => request.headers[name]?.toString(),
 *     get: (name) => response.getHeader(name)?.toString(),
 *     set: (name, value) => void response.setHeader(name, value),
 *     append: (name, value) => void response.appendHeader(name, value),
 *     isSent: () => response.headersSent,
 *   })
 * }
 */
export function createCarrier<Methods extends CarrierMethods>(methods: Methods): Methods & Carrier {
  return Object.defineProperty(methods, 'sent', sentProperty) as Methods & Carrier // `sent` was just defined
}

/** Where a request came from. */
export interface ClientAddress {
  /** The address of the client, such as `request.socket.remoteAddress`; behind a proxy, what that reports. */
  readonly ip?: string | undefined
}

/** Request headers: Fetch's `Headers`, or an object with lower-case names as `request.headers` of `node:http`. */
export type HeadersLike =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Creates the request side of a carrier from bare headers, for the upgrade of a WebSocket or a job without a response; `ip`
 * is the address of the client.
 * @example
 * const carrier = requestCarrier(new Headers({ cookie: 'sid=…' }))
 */
export function requestCarrier(headers: HeadersLike, { ip }: ClientAddress = {}): RequestCarrier {
  return {
    secure: true,
    ip,
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
