import { type Carrier, createCarrier } from '@sojourn/core'

/** The carrier of a request whose response comes later. */
export interface WebCarrier extends Carrier {
  /** From here on response headers are read from `response` and written to a copy of it. */
  attach(response: Response): void
  /** The attached response with what was written: a copy, where something was. Nothing can be written any more. */
  detach(): Response
  /** Nothing can be written any more. */
  close(): void
}

/** A request, and the response that will answer it, as a carrier. */
export function webCarrier(request: Request, secure: boolean): WebCarrier {
  let response = new Response(null)
  let own: Headers | undefined
  let isClosed = false
  const written = () => {
    own ??= new Headers(response.headers)
    return own
  }
  return createCarrier({
    secure,
    isSent: () => isClosed,
    header: (name) => request.headers.get(name) ?? undefined,
    get: (name) => (own ?? response.headers).get(name) ?? undefined,
    set: (name, value) => written().set(name, value),
    append: (name, value) => written().append(name, value),
    // A line is appended to one response, and a commit is made again only for another that is attached in its place.
    withdraw() {},
    attach(next: Response) {
      response = next
      own = undefined
      isClosed ||= next.status < 200 // an upgrade, or a network error: neither takes headers
    },
    detach() {
      isClosed = true
      const { body, status, statusText } = response
      return own ? new Response(body, { status, statusText, headers: own }) : response
    },
    close() {
      isClosed = true
    },
  })
}
