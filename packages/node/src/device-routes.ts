import type { RouteResponse, SessionManager } from '@sojourn/core'
import { NodeCarrier } from './carrier.ts'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'
import { hasResponse } from './upgrade.ts'

/** A request and its response, and what the framework knows of them. */
export interface DeviceRequest {
  readonly request: NodeRequest
  readonly response: NodeResponse
  /** Whether the client uses HTTPS. @default whether the connection itself is encrypted */
  readonly secure?: boolean | undefined
  /** The path that the client sent, with its query, if the framework has changed `request.url`. @default `originalUrl`, or `url` */
  readonly path?: string
}

/**
 * Returns the response to a request that a browser makes by itself, with the option `deviceBound` of the manager; `undefined`, or a
 * promise of it, for a request of the application. For bindings of frameworks on `node:http` and `node:http2`: call it before
 * `mountSession`, and send what the promise resolves to as it is.
 *
 * @example
 * ```ts
 * import { deviceResponse } from '@sojourn/node'
 *
 * const answer = await deviceResponse(manager, { request, response })
 * if (answer) response.writeHead(answer.status, answer.headers.flat()).end(answer.body)
 * ```
 */
export function deviceResponse<Data extends object>(
  manager: SessionManager<Data>,
  { request, response, secure, path }: DeviceRequest,
): Promise<RouteResponse | undefined> | undefined {
  if (!manager.route || !hasResponse(request, response) || response.headersSent) return undefined
  const { method = '', url = '/' } = request
  const authority = request.headers[':authority'] // HTTP/2 sends the host here
  return manager.route(
    {
      method: textOf(request, 'originalMethod') ?? method, // set by `method-override`
      path: path ?? textOf(request, 'originalUrl') ?? url,
      host: typeof authority === 'string' ? authority : request.headers.host,
    },
    new NodeCarrier(request, response, { secure }),
  )
}

/** Sends the response. Other headers that middleware has set stay. */
export function sendDeviceResponse(
  response: NodeResponse,
  { status, headers, body }: RouteResponse,
): void {
  const http1 = asHttp1(response)
  const cookies = headers.filter(([name]) => name === 'Set-Cookie').map(([, line]) => line)
  const before = [http1.getHeader('Set-Cookie') ?? []].flat().map(String)
  for (const [name, value] of headers) if (name !== 'Set-Cookie') http1.setHeader(name, value)
  if (cookies.length > 0) http1.setHeader('Set-Cookie', [...before, ...cookies])
  http1.statusCode = status
  http1.end(body)
}

function textOf(request: NodeRequest, name: string): string | undefined {
  const value: unknown = Reflect.get(request, name)
  return typeof value === 'string' ? value : undefined
}
