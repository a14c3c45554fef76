import type { Carrier } from '@sojourn/core/binding'

/** A carrier of a request whose response is created later. */
export interface WebCarrier extends Carrier {
  /** Sets the response. Its headers are read from here on; changes are made to a copy of them. */
  attach(response: Response): void
  /** Returns the response that was attached, or a copy with the changed headers. */
  detach(): Response
}

/** Returns a carrier for a request. `isSent` returns whether headers can no longer be added to its response. */
export function webCarrier(
  { headers }: Request,
  { secure, isSent }: { readonly secure: boolean; readonly isSent: () => boolean },
): WebCarrier {
  let response = new Response(null)
  let changed: Headers | undefined
  const changedHeaders = () => {
    changed ??= new Headers(response.headers)
    return changed
  }
  return {
    secure,
    get sent() {
      return isSent()
    },
    header: (name) => headers.get(name) ?? undefined,
    get: (name) => (changed ?? response.headers).get(name) ?? undefined,
    set: (name, value) => changedHeaders().set(name, value),
    append: (name, value) => changedHeaders().append(name, value),
    // Nothing to remove: sessions are committed again only after another response was attached.
    withdraw() {},
    attach(next) {
      response = next
      changed = undefined
    },
    detach() {
      const { body, status, statusText } = response
      return changed ? new Response(body, { status, statusText, headers: changed }) : response
    },
  }
}
