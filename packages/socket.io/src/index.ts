import {
  type Ended,
  type Session,
  SessionAccessError,
  type SessionData,
  type SessionManager,
  SessionUsageError,
  type Watch,
} from '@sojourn/core'
import { checkMount, requestCarrier } from '@sojourn/core/binding'
import { toConnectError } from './connect-error.ts'
import { onceClosed } from './once-closed.ts'
import { onceRefused } from './once-refused.ts'
import { createOriginCheck } from './origin-check.ts'
import { sessionRoom, userRoom } from './rooms.ts'
import { checkRecovery, type SessionSocket, type SocketServer } from './socket-server.ts'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { sessionRoom, userRoom } from './rooms.ts'
export type { SessionSocket, SocketServer } from './socket-server.ts'

/** What `attachSessions` puts into `socket.data`: give it to `Server` as its fourth type argument. */
export interface SocketSession<Data extends object = SessionData> {
  /** The session as it was at the handshake; read-only. */
  session: Session<Data>
}

/** Options of `attachSessions`. */
export interface AttachOptions<Socket = SessionSocket> {
  /**
   * True: clients without a logged-in user may connect too. The socket of a visitor who has a session ends with it, that
   * of any other does not end by itself.
   * @default false
   */
  readonly visitors?: boolean
  /**
   * Other origins whose pages may connect: scheme, host and port as browsers write them, without a trailing slash. List
   * them in the option `cors` of Socket.IO too.
   * @default none: the origin must be the host of the request
   */
  readonly trustedOrigins?: readonly string[]
  /**
   * Returns true for events of the client that do not count as use of the session, by their name. One for which it throws
   * does not count either.
   * @default every event of the client prolongs its session
   */
  readonly passive?: (event: string, socket: Socket) => boolean
  /**
   * Returns the address of the client, for the option `fingerprint`. Only called if that compares addresses. Behind a
   * proxy, return the last address in the header that it writes.
   * @default the address of the connection
   */
  readonly ip?: (socket: Socket) => string | undefined
  /** Called when the session of a socket is over, before the socket is disconnected: to tell the client why. */
  readonly onEnd?: (socket: Socket, why: Ended) => void
}

/**
 * Gives each socket the session of its handshake as `socket.data.session`, and disconnects it when the session is over: at
 * once if this process ends or elevates it, within one `touchInterval` if another does. The socket joins the rooms
 * `userRoom(userId)` and `sessionRoom(id)`. Call it before your own `io.use`, for each namespace.
 *
 * A client that may not connect gets `connect_error` with a `message` and `data.status`: 401 without a logged-in user and for
 * a session that has ended, 403 from a page of another site, 503 if the store fails.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager, an option is unknown, or the
 * server has `connectionStateRecovery`.
 *
 * @example
 * ```ts
 * import { attachSessions, userRoom } from '@sojourn/socket.io'
 * import { Server } from 'socket.io'
 *
 * const io = new Server(server)
 * attachSessions(io, manager)
 * io.on('connection', (socket) => {
 *   socket.emit('hello', socket.data.session.userId)
 * })
 * io.to(userRoom('ada')).emit('news', 'on all devices of ada')
 * ```
 */
export function attachSessions<Data extends object, Socket extends SessionSocket>(
  io: SocketServer<Socket>,
  manager: SessionManager<Data>,
  options: AttachOptions<Socket> = {},
): void {
  const {
    visitors = false,
    passive,
    trustedOrigins,
    ip = ({ handshake }) => handshake.address,
    onEnd,
  } = checkMount<AttachOptions<Socket>>(manager, options, {
    name: 'attachSessions',
    call: 'attachSessions(io, manager)',
    known: { visitors: true, passive: true, trustedOrigins: true, ip: true, onEnd: true },
  })
  checkRecovery(io)
  const checkOrigin = createOriginCheck(trustedOrigins)
  const hasFingerprint = manager.fingerprint.length > 0

  io.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => {
        manager.reportError(error)
        next(toConnectError(error))
      },
    )
  })

  async function admit(socket: Socket): Promise<void> {
    const { headers } = socket.handshake
    checkOrigin(requestCarrier(headers))
    const watch = await manager.watch(headers, hasFingerprint ? { ip: addressOf(socket) } : {})
    const { session } = watch
    let rooms: readonly string[]
    try {
      checkSession(session)
      rooms = roomsOf(session)
      for (const room of rooms) await socket.join(room)
    } catch (error) {
      watch.close()
      throw error
    }
    Object.assign(socket.data, { session } satisfies SocketSession<Data>)
    if (session.info === undefined) return // a visitor without a session, which could end
    follow(socket, watch, rooms)
  }

  function checkSession(session: Session<Data>): void {
    if (!visitors) session.requireUser()
    else if (session.ended) throw new SessionAccessError('ERR_SESSION_REQUIRED', endedMessage)
  }

  function addressOf(socket: Socket): string | undefined {
    try {
      return ip(socket)
    } catch (error) {
      throw optionError('ip', error)
    }
  }

  /** Calls an option where nobody could catch what it throws: the process would end. Warns of that, and returns `undefined`. */
  function callOption<Returned>(name: string, call: () => Returned): Returned | undefined {
    try {
      return call()
    } catch (error) {
      manager.reportError(optionError(name, error))
      return undefined
    }
  }

  /** Ends the socket with its session, and counts what the client sends as use of it. */
  function follow(socket: Socket, watch: Watch<Data>, rooms: readonly string[]): void {
    const { conn } = socket
    const drop = () => {
      watch.close()
      for (const room of rooms) void socket.leave(room) // older versions leave none of a socket that never connected
    }
    const forget = onceClosed(conn, drop) // a socket that is closed before it is connected never disconnects
    onceRefused(socket, () => {
      drop()
      forget()
    })
    socket.once('disconnect', () => {
      watch.close()
      forget()
    })

    watch.ended.then((why) => {
      callOption('onEnd', () => onEnd?.(socket, why))
      socket.disconnect(true)
      conn.close() // a socket that is not connected yet ignores `disconnect`
    })
    socket.onAny((event) => {
      // Clients may send numbers as names, too.
      if (passive && callOption('passive', () => passive(String(event), socket)) !== false) return
      watch.keepAlive().catch(() => undefined) // the store failed, as its event told: the next event tries again
    })
  }
}

/** Returns the rooms of the sockets of a session; none for a visitor who has no session. */
function roomsOf({ info }: Session<object>): readonly string[] {
  if (info === undefined) return []
  const { id, userId } = info
  return userId === undefined ? [sessionRoom(id)] : [userRoom(userId), sessionRoom(id)]
}

function optionError(name: string, error: unknown): SessionUsageError {
  const message = `The option ${name} of attachSessions threw ${String(error)}.`
  return new SessionUsageError('ERR_CONFIG_INVALID', message, error)
}

const endedMessage =
  'The session of this socket has ended. Ask the user to log in, and then let the client connect again.'
