import type { Carrier } from '@sojourn/core/binding'

/** The carrier of a request whose response comes later. */
export interface WebCarrier extends Carrier {
  /** From here on response headers are read from `response` and written to a copy of it. */
  attach(response: Response): void
  /** The attached response with what was written: a copy, where something was. */
  detach(): Response
}

/** A request, and the response that will answer it, as a carrier. `isSent` says whether that is on its way. */
export function webCarrier(
  { headers }: Request,
  { secure, isSent }: { readonly secure: boolean; readonly isSent: () => boolean },
): WebCarrier {
  let response = new Response(null)
  let own: Headers | undefined
  const written = () => {
    own ??= new Headers(response.headers)
    return own
  }
  return {
    secure,
    get sent() {
      return isSent()
    },
    header: (name) => headers.get(name) ?? undefined,
    get: (name) => (own ?? response.headers).get(name) ?? undefined,
    set: (name, value) => written().set(name, value),
    append: (name, value) => written().append(name, value),
    // A line is appended to one response, and a commit is made again only for another that is attached in its place.
    withdraw() {},
    attach(next) {
      response = next
      own = undefined
    },
    detach() {
      const { body, status, statusText } = response
      return own ? new Response(body, { status, statusText, headers: own }) : response
    },
  }
}
