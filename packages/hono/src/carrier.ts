import { type Carrier, createCarrier } from '@sojourn/core/binding'
import type { Context } from 'hono'

const copies = new WeakMap<Context, Response>()

/**
 * Returns the headers of a copy of the response, which replaces it. The headers of a fetched response cannot be
 * changed, and a handler may return one response for many requests, while a token is for one of them.
 */
export function ownHeaders(c: Context): Headers {
  if (c.res !== copies.get(c)) {
    const copy = new Response(c.res.body, c.res)
    copies.set(c, copy)
    c.res = undefined // otherwise Hono merges the headers of the two
    c.res = copy
  }
  return c.res.headers
}

/** Returns a carrier for a context. `isSent` returns whether headers can no longer be added to its response. */
export function honoCarrier(
  c: Context,
  { secure, isSent }: { readonly secure: boolean; readonly isSent: () => boolean },
): Carrier {
  return createCarrier({
    secure,
    isSent,
    header: (name) => c.req.raw.headers.get(name) ?? undefined,
    get: (name) => c.res.headers.get(name) ?? undefined,
    set: (name, value) => ownHeaders(c).set(name, value),
    append: (name, value) => ownHeaders(c).append(name, value),
    withdraw(name, value) {
      const lines = c.res.headers.getSetCookie()
      const index = lines.lastIndexOf(value)
      if (index < 0) return
      const headers = ownHeaders(c)
      headers.delete(name)
      for (const line of lines.toSpliced(index, 1)) headers.append(name, line)
    },
  })
}
