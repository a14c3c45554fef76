import type { RouteResponse, SessionManager } from '@sojourn/core'
import type { Context } from 'hono'

/** Returns the response to a request that a browser makes by itself; `undefined`, or a promise of it, for one of the application. */
export function deviceResponse(
  route: NonNullable<SessionManager['route']>,
  { req }: Context,
  secure: boolean,
): Promise<Response | undefined> | undefined {
  const { headers } = req.raw
  const { pathname, search, host } = new URL(req.url)
  const answering = route(
    { method: req.method, path: pathname + search, host: headers.get('host') ?? host },
    { secure, header: (name) => headers.get(name) ?? undefined },
  )
  return answering?.then((answer) => answer && responseOf(answer))
}

function responseOf({ status, headers, body }: RouteResponse): Response {
  return new Response(body ?? null, { status, headers: headers.map(([...line]) => line) })
}
