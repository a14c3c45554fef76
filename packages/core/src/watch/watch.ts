import type { RequestCarrier } from '../http/carrier.ts'
import { type LoadContext, loadSession } from '../session/load/load.ts'
import { type Session, type SessionData, stateOf } from '../session/session.ts'
import type { Ended } from '../session/state.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import { followSession } from './follow-session.ts'
import type { FollowedSession, Follower } from './followed-session.ts'
import type { WatchRegistry } from './watch-registry.ts'

/**
 * The session of a connection that lives longer than a request, such as a WebSocket or a stream of events. It follows
 * the session by its id and authority: a rotation by age does not end it, a re-authentication and `rotate()` do. But it
 * keeps the session alive only as long as the token that it began with would still open it: a connection that was made
 * with a stolen token cannot hold the session when the user has left (P13).
 * @example
 * const watch = await manager.watch(request.headers)
 * watch.ended.then((why) => socket.close(4401, why))
 * socket.on('message', () => watch.keepAlive().catch(console.error))
 * socket.on('close', () => watch.close())
 */
export interface Watch<Data extends object = SessionData> {
  /** The session as it was when the watch began; read-only. */
  readonly session: Session<Data>
  /**
   * Resolves once, when the session is over, with the reason: at once if this manager ended or elevated it, within
   * one touch interval if another process did. An elevation counts as the end, `stale`: what began before it must
   * stop (P4). If there was no live session, it resolves at once, usually with `gone`. After `close` it never
   * resolves; it never rejects.
   * @example
   * watch.ended.then((why) => socket.close(4401, why))
   */
  readonly ended: Promise<Ended>
  /**
   * Marks the session as in use and returns true if it is alive. Call it on every message of the client: at most one
   * touch per touch interval is written, whatever the number of calls and servers. Once the token that the watch began
   * with has been rotated away, nothing is written any more: requests of the client keep the session alive, or a new
   * connection.
   * @throws SessionStoreError if the store fails; that does not mean that the session is over (P8). For one touch
   *   interval after that it returns the last known state without calling the store.
   * @example
   * if (!(await watch.keepAlive())) socket.close(4401)
   */
  keepAlive(): Promise<boolean>
  /**
   * Stops watching; the session itself stays alive. Call it when the connection has closed.
   * @example
   * socket.on('close', () => watch.close())
   */
  close(): void
}

/** Begins to watch the session of a request; see `SessionManager.watch`. */
export async function watch<Data extends object>(
  { context, operations, registry }: LoadContext & { readonly registry: WatchRegistry },
  request: RequestCarrier,
): Promise<Watch<Data>> {
  const registration = registry.prepare()
  try {
    const session = await loadSession<Data>({ context, operations }, request)
    const { opened, openedBy, ended = 'gone', storeError } = stateOf(session)
    if (storeError) throw storeError
    if (!opened) return createEndedWatch(session, ended)
    const wasRevoked = context.ids.refusalOf(opened.record) === 'revoked'
    const why = wasRevoked ? 'revoked' : registration.whyEnded(opened.record.id)
    if (why !== undefined) return createEndedWatch(session, why)
    return { session, ...join(followSession(context, registry, { opened, openedBy }), opened) }
  } finally {
    registration.done()
  }
}

/** A watch of a session that was not alive when the watch began. */
function createEndedWatch<Data extends object>(session: Session<Data>, why: Ended): Watch<Data> {
  return {
    session,
    ended: Promise.resolve(why),
    keepAlive: async () => false,
    close: () => undefined,
  }
}

/** Makes a watch one of those that follow its session. */
function join(followed: FollowedSession, opened: OpenedSession) {
  let isAlive = true
  let resolveEnded = (_why: Ended) => {}
  const ended = new Promise<Ended>((resolve) => {
    resolveEnded = resolve
  })
  const follower: Follower = {
    followed,
    end: (why) => {
      isAlive = false
      resolveEnded(why)
    },
    close: () => {
      isAlive = false
    },
  }
  followed.add(follower, opened)

  return {
    ended,
    async keepAlive() {
      if (isAlive) await follower.followed.keepAlive()
      return isAlive
    },
    close() {
      isAlive = false
      follower.followed.remove(follower)
    },
  }
}
