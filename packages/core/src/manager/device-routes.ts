import type { DeviceRoute, RouteResponse } from '../device-binding/protocol.ts'
import { SessionAccessError, SessionConflictError, SessionStoreError } from '../errors.ts'
import { createCsrfGuard } from '../guards/csrf.ts'
import { returnPath } from '../guards/redirect.ts'
import type { RequestCarrier } from '../http/carrier.ts'
import type { DeviceBoundConfig } from '../options/device-bound.ts'
import { Exchange } from '../session/device/exchange.ts'
import { findDeviceSession } from '../session/device/find.ts'
import { isUnheldPage, needsProof, ResentLinks } from '../session/device/link.ts'
import type { ManagerContext } from '../session/state.ts'

// The two routes of the option `deviceBound`, which browsers call by themselves, and the pages that they do not hold back for a
// refresh (session/device/link.ts). A binding asks for them before the application sees a request, so that no guard, redirect or
// rate limit of the application responds: a browser gives its key up for good after a redirect or a 4xx that it does not expect,
// and keeps it after a 503.

/** A request, as a binding gives it to `SessionManager.route`. */
interface RouteRequest {
  readonly method: string
  /** The path as the client sent it, `/` first, with its query. */
  readonly path: string
  /** The host that the client sent the request to, with its port. @default the header Host */
  readonly host?: string | undefined
}

/** Answers a request of a browser itself; returns `undefined`, or a promise of it, for one of the application. */
export type AnswerRoute = (
  request: RouteRequest,
  carrier: RequestCarrier,
) => Promise<RouteResponse | undefined> | undefined

type HeaderLine = RouteResponse['headers'][number]

const common: readonly HeaderLine[] = [
  ['Cache-Control', 'no-store'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
]

const originCheck = createCsrfGuard()

/** Returns what answers the routes of a manager; `undefined` without the option `deviceBound`. */
export function createDeviceRoutes(context: ManagerContext): AnswerRoute | undefined {
  const { deviceBound } = context.config
  if (!deviceBound) return undefined
  const { protocol } = deviceBound
  const resent = new ResentLinks()
  return (request, carrier) => {
    const route = protocol.routeOf(pathOf(request))
    if (route) return answer({ context, deviceBound }, route, { request, carrier })
    return isUnheldPage(deviceBound, request.method, carrier)
      ? answerLink({ context, deviceBound, resent }, { request, carrier })
      : undefined
  }
}

function pathOf({ path }: RouteRequest): string {
  const query = path.indexOf('?')
  return query < 0 ? path : path.slice(0, query)
}

/** A store that fails is for the application to answer, as with any other page. */
async function answerLink(
  {
    context,
    deviceBound,
    resent,
  }: { context: ManagerContext; deviceBound: DeviceBoundConfig; resent: ResentLinks },
  { request, carrier }: { request: RouteRequest; carrier: RequestCarrier },
): Promise<RouteResponse | undefined> {
  try {
    const session = await findDeviceSession(context, carrier)
    if (typeof session === 'string') return undefined
    const at = context.config.clock()
    if (!needsProof(session, deviceBound, { request: carrier, at })) return undefined
    if (!resent.take(session, at)) return undefined
    return responseOf(200, [
      ['Content-Type', 'text/html'],
      ['Refresh', `0;url=${returnPath(request.path)}`],
    ])
  } catch (error) {
    if (error instanceof SessionStoreError) return undefined
    throw error
  }
}

async function answer(
  { context, deviceBound }: { context: ManagerContext; deviceBound: DeviceBoundConfig },
  route: DeviceRoute,
  { request, carrier }: { request: RouteRequest; carrier: RequestCarrier },
): Promise<RouteResponse> {
  if (request.method !== 'POST') return responseOf(405, [['Allow', 'POST']])
  try {
    checkOrigin(request, carrier)
    const session = await findDeviceSession(context, carrier)
    if (session === 'unsure') return tryAgain()
    const exchange = new Exchange(context, { deviceBound, route, request: carrier, session })
    const { status, headers, body } = await deviceBound.protocol.respond(route, exchange)
    return responseOf(status, [...headers, ...exchange.headers], body)
  } catch (error) {
    if (error instanceof SessionAccessError) return responseOf(error.status)
    if (error instanceof SessionStoreError || error instanceof SessionConflictError)
      return tryAgain()
    throw error
  }
}

/** Browsers say with each of these requests that it is of the same origin. A page of another site must not refresh a session. */
function checkOrigin({ method, host }: RouteRequest, carrier: RequestCarrier): void {
  const { secure } = carrier
  const header = (name: string) => carrier.header(name)
  originCheck.check({ method, host, secure, header, get: () => undefined, set: () => undefined })
}

function tryAgain(): RouteResponse {
  return responseOf(503, [['Retry-After', '1']])
}

function responseOf(
  status: number,
  headers: readonly HeaderLine[] = [],
  body?: string,
): RouteResponse {
  return { status, headers: [...common, ...headers], body }
}
