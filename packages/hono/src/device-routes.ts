import type { SessionManager } from '@sojourn/core'
import type { Context } from 'hono'

/** Returns the response to a request that a browser makes by itself; `undefined` for a request of the application. */
export function deviceResponse(
  route: NonNullable<SessionManager['route']>,
  { req }: Context,
  secure: boolean,
): Promise<Response> | undefined {
  const { headers } = req.raw
  const answering = route(
    { method: req.method, path: req.path, host: headers.get('host') ?? new URL(req.url).host },
    { secure, header: (name) => headers.get(name) ?? undefined },
  )
  return answering?.then(
    ({ status, headers, body }) =>
      new Response(body ?? null, { status, headers: headers.map(([...line]) => line) }),
  )
}
