import type { SessionManager } from '@sojourn/core'

/** Returns the response to a request that a browser makes by itself; `undefined` for a request of the application. */
export function deviceResponse(
  route: NonNullable<SessionManager['route']>,
  request: Request,
  isSecure: (request: Request) => boolean,
): Promise<Response> | undefined {
  const { method, headers, url } = request
  const { pathname, host } = new URL(url)
  const answering = route(
    { method, path: pathname, host: headers.get('host') ?? host },
    { secure: isSecure(request), header: (name) => headers.get(name) ?? undefined },
  )
  return answering?.then(
    ({ status, headers, body }) =>
      new Response(body ?? null, { status, headers: headers.map(([...line]) => line) }),
  )
}
