import { isWebSocketRequest, type RequestSessions } from '@sojourn/core/binding'
import type { Context } from 'hono'

/**
 * Returns true if a request asks for a WebSocket. On Node its server decides that (`request.upgrade`); on other runtimes
 * only the headers show it.
 */
export function isUpgrade(c: Context): boolean {
  const { upgrade } = Object(incomingOf(c))
  if (typeof upgrade === 'boolean') return upgrade
  return isWebSocketRequest({ header: (name) => c.req.raw.headers.get(name) ?? undefined })
}

/** Commits again when the connection of an upgrade closes, which reports what its handlers changed. On Node only. */
export function commitOnceClosed(c: Context, sessions: RequestSessions): void {
  const { socket } = Object(incomingOf(c))
  socket?.once('close', () => void sessions.commit().catch(() => undefined)) // core's events have shown it
}

/** Node's request, which @hono/node-server gives to an application. */
function incomingOf(c: Context): unknown {
  return Object(c.env).incoming
}
