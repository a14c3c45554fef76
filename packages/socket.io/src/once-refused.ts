import type { SessionSocket } from './socket-server.ts'

/**
 * Calls `refused` if middleware that runs later refuses the socket. Socket.IO has no event for that, but in all versions 4 it
 * tells the client by this method of the socket, and calls it for nothing else.
 */
export function onceRefused(socket: SessionSocket, refused: () => void): void {
  const sendError: unknown = Reflect.get(socket, '_error')
  if (typeof sendError !== 'function') return // what closes with the connection is closed by that
  Object.assign(socket, {
    _error(...sent: unknown[]) {
      refused()
      return sendError.apply(socket, sent)
    },
  })
}
