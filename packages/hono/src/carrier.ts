import { type Carrier, createCarrier } from '@sojourn/core/binding'
import type { Context } from 'hono'

const copies = new WeakMap<Context, Response>()

/**
 * The headers of a copy of the response: those of a response that was fetched cannot be changed, and a handler may answer
 * many requests with one response, while a token is for one of them.
 */
export function ownHeaders(c: Context): Headers {
  if (c.res !== copies.get(c)) {
    const copy = new Response(c.res.body, c.res)
    copies.set(c, copy)
    c.res = undefined // or Hono would merge the headers of the two
    c.res = copy
  }
  return c.res.headers
}

/** A context as a carrier. `isSent` says whether its response is on its way. */
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
      const at = lines.lastIndexOf(value)
      if (at < 0) return
      const headers = ownHeaders(c)
      headers.delete(name)
      for (const line of lines.toSpliced(at, 1)) headers.append(name, line)
    },
  })
}
