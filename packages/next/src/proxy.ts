import type { Session } from '@sojourn/core'
import type { CsrfOptions } from '@sojourn/core/binding'
import { csrf, type WithSession } from '@sojourn/web'

/** Decides about a request before Next.js routes it: returns or throws a response, or returns nothing to go on. */
export type HandleProxy<Data extends object, Incoming extends Request> = (
  request: Incoming,
  session: Session<Data>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing has this type
) => Response | void | Promise<Response | void>

/** Options of `createProxy`. */
export interface ProxyOptions {
  /** Options of the check that refuses cross-site requests with 403; `false` for none. @default {} */
  readonly csrf?: Omit<CsrfOptions, 'as'> | false
}

/** Creates the function of `proxy.ts`; see `NextSessions.createProxy`. */
export function createProxy<Data extends object, Incoming extends Request>(
  withSession: WithSession<Data>,
  handle: HandleProxy<Data, Incoming>,
  options: ProxyOptions,
): (request: Incoming) => Promise<Response> {
  const checkOrigin = options.csrf === false ? undefined : csrf(options.csrf)
  return (request) =>
    withSession(request, async (session) => {
      await checkOrigin?.(request, session)
      const response = await responseOf(() => handle(request, session))
      if (response) return withAbsoluteLocation(response, request.url)
      const { NextResponse } = await import('next/server.js')
      return NextResponse.next()
    })
}

/** Returns what `handle` returns, or the response that it throws, as guards do. */
async function responseOf(
  handle: () => ReturnType<HandleProxy<object, Request>>,
): Promise<Response | undefined> {
  try {
    return (await handle()) ?? undefined
  } catch (thrown) {
    if (thrown instanceof Response) return thrown
    throw thrown
  }
}

/** Next.js refuses a relative address here, and guards redirect to paths. */
function withAbsoluteLocation(response: Response, base: string): Response {
  const location = response.headers.get('location')
  if (location === null) return response
  const headers = new Headers(response.headers)
  headers.set('location', new URL(location, base).href)
  const { body, status, statusText } = response
  return new Response(body, { status, statusText, headers })
}
