import { isWebSocketRequest } from '@sojourn/core/binding'
import type { NodeRequest, NodeResponse } from './http2.ts'

/**
 * Returns true if the response of a request can carry a cookie. False for an upgrade, and for what is passed in place of
 * a response for one: `{}` (ws, Socket.IO's `io.use`) or an object with few methods (Socket.IO's `io.engine.use`).
 */
export function hasResponse(request: NodeRequest, response: NodeResponse): boolean {
  return !isUpgrade(request) && hasHeaders(response)
}

/** Returns true for a response that has the methods of Node's. */
export function hasHeaders(response: unknown): boolean {
  return typeof Object(response).getHeaderNames === 'function'
}

/**
 * Returns true if a request leaves HTTP behind. Node sets `upgrade` to true only if the server has a listener for
 * upgrades, and to false otherwise, whatever the headers are. Only requests that Node has not parsed lack it, such as
 * those of `injectWS` of @fastify/websocket.
 */
function isUpgrade(request: NodeRequest): boolean {
  const upgrade: unknown = Reflect.get(request, 'upgrade')
  if (typeof upgrade === 'boolean') return upgrade
  return isWebSocketRequest({ header: (name) => request.headers[name]?.toString() })
}

/** Calls `act` when the connection of an upgrade closes. Calls it twice if both the response and the socket say so. */
export function onceClosed(request: NodeRequest, response: NodeResponse, act: () => void): void {
  for (const emitter of [request.socket, response] as unknown[])
    if (typeof Object(emitter).once === 'function') Object(emitter).once('close', act)
}
