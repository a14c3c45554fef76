import type { RequestCarrier } from './carrier.ts'

/**
 * Returns true if a request asks for a WebSocket (RFC 6455, section 4.1): a browser sends `Sec-WebSocket-Key` with every
 * such request and with no other, and a page cannot set it. Its response carries no cookie that could be relied on: some
 * frameworks run the handler after the upgrade, others replace its response.
 *
 * For bindings whose framework gives them nothing but headers. A server of Node shows it by `request.upgrade`.
 */
export function isWebSocketRequest(request: Pick<RequestCarrier, 'header'>): boolean {
  if (request.header('sec-websocket-key') === undefined) return false
  return /\bwebsocket\b/i.test(request.header('upgrade') ?? '')
}
