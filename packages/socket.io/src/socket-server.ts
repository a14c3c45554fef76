import type { IncomingHttpHeaders } from 'node:http'
import { check } from '@sojourn/core/store'

/** The part of a Socket.IO socket that is used here, the same in all versions 4. */
export interface SessionSocket {
  readonly handshake: { readonly headers: IncomingHttpHeaders; readonly address: string }
  readonly data: object
  readonly conn: {
    readonly readyState: string
    on(event: 'close', listener: () => void): unknown
    off(event: 'close', listener: () => void): unknown
    close(): unknown
  }
  join(room: string): Promise<void> | void
  leave(room: string): Promise<void> | void
  once(event: 'disconnect', listener: () => void): unknown
  onAny(listener: (event: string) => void): unknown
  disconnect(close: boolean): unknown
}

/** A Socket.IO server or one of its namespaces. */
export interface SocketServer<Socket = SessionSocket> {
  use(middleware: (socket: Socket, next: (error?: Error) => void) => void): unknown
}

/**
 * Refuses a server with `connectionStateRecovery`. It restores the rooms of a socket, and sends what it missed, before any
 * middleware sees the new handshake: also to a client whose session has ended, or whose user is another by now.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 * @see https://socket.io/docs/v4/connection-state-recovery
 */
export function checkRecovery(io: object): void {
  const { server = io } = io as { readonly server?: object } // a namespace has its server
  const { connectionStateRecovery } = Object(Reflect.get(server, '_opts'))
  check(
    !connectionStateRecovery,
    'The server has connectionStateRecovery, which sends messages to sockets before their session is checked',
    'Leave it out, and let clients ask for what they missed',
  )
}
