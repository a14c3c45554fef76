import type { RouteResponse, SessionManager } from '@sojourn/core'

/** Returns the response to a request that a browser makes by itself; `undefined`, or a promise of it, for one of the application. */
export function deviceResponse(
  route: NonNullable<SessionManager['route']>,
  request: Request,
  isSecure: (request: Request) => boolean,
): Promise<Response | undefined> | undefined {
  const { method, headers, url } = request
  const { pathname, search, host } = new URL(url)
  const answering = route(
    { method, path: pathname + search, host: headers.get('host') ?? host },
    { secure: isSecure(request), header: (name) => headers.get(name) ?? undefined },
  )
  return answering?.then((answer) => answer && responseOf(answer))
}

function responseOf({ status, headers, body }: RouteResponse): Response {
  return new Response(body ?? null, { status, headers: headers.map(([...line]) => line) })
}
