import type { Carrier } from '@sojourn/core'

/** The carrier of a request that has no response yet. */
export interface WebCarrier extends Carrier {
  /** From here on response headers are read from `response` and written to a copy. */
  attach(response: Response): void
  /** The attached response with what was written; a copy, where something was. Nothing can be written any more. */
  detach(): Response
  /** Nothing can be written any more. */
  close(): void
}

/**
 * A request, and the response that will answer it, as a carrier. Cookies that were appended for one response go over to
 * the next that is attached in its place.
 */
export function webCarrier(request: Request, secure: boolean): WebCarrier {
  const cookies: string[] = []
  let response = new Response(null)
  let own: Headers | undefined
  let isClosed = false
  const written = () => {
    own ??= new Headers(response.headers)
    return own
  }
  return {
    secure,
    get sent() {
      return isClosed
    },
    header: (name) => request.headers.get(name) ?? undefined,
    get: (name) => (own ?? response.headers).get(name) ?? undefined,
    set: (name, value) => written().set(name, value),
    append(name, value) {
      written().append(name, value)
      if (name === 'Set-Cookie') cookies.push(value)
    },
    attach(next) {
      response = next
      own = undefined
      isClosed ||= next.status < 200 // an upgrade, or a network error: neither takes headers
      for (const line of cookies) written().append('Set-Cookie', line)
      if (cookies.length > 0) written().set('Cache-Control', 'no-store')
    },
    detach() {
      isClosed = true
      const { body, status, statusText } = response
      return own ? new Response(body, { status, statusText, headers: own }) : response
    },
    close() {
      isClosed = true
    },
  }
}
