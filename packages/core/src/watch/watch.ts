import { type HeadersLike, requestCarrier } from '../http/carrier.ts'
import { isTouchDue, touchWindow } from '../record/expiry.ts'
import { loadState, readOnlyMode } from '../session/load.ts'
import type { SessionOperations } from '../session/operations.ts'
import { Session, type SessionData } from '../session/session.ts'
import type { Ended, ManagerContext } from '../session/state.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import { peek } from '../store/peek.ts'
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

/** The longest delay of `setTimeout`, in ms; with more it fires at once. */
const maxTimerMs = 2 ** 31 - 1

/** Begins to watch the session of a request; see `SessionManager.watch`. */
export async function watch<Data extends object>(
  {
    context,
    operations,
    registry,
  }: { context: ManagerContext; operations: SessionOperations; registry: WatchRegistry },
  headers: HeadersLike,
): Promise<Watch<Data>> {
  const registration = registry.prepare()
  try {
    const state = await loadState(context, requestCarrier(headers), readOnlyMode)
    const session = new Session<Data>(state, operations)
    const { opened, ended = 'gone', storeError } = state
    if (storeError) throw storeError
    if (!opened) return createEndedWatch(session, ended)
    const { watched, ...members } = followSession(context, opened, registry)
    registration.add(watched)
    return { session, ...members }
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

/** Follows a session by its id and authority, not by its token, which may rotate meanwhile. */
function followSession(
  { config, store }: ManagerContext,
  opened: OpenedSession,
  registry: WatchRegistry,
) {
  const { clock, touchInterval } = config
  const { id, authority } = opened.record
  const windowMs = touchWindow(opened.record, touchInterval)
  let current = opened
  let isAlive = true
  let pausedUntil = 0
  let isTokenRetired = false
  let touching: Promise<void> | undefined
  let timer = schedulePeek()
  let resolveEnded = (_why: Ended) => {}
  const ended = new Promise<Ended>((resolve) => {
    resolveEnded = resolve
  })
  const watched = { id, end, close }

  return { ended, keepAlive, close, watched }

  async function keepAlive(): Promise<boolean> {
    if (clock() >= current.record.absoluteExpiresAt) end('gone')
    const isDue = isTouchDue(current, clock(), touchInterval) && clock() >= pausedUntil
    if (!isAlive || !isDue) return isAlive
    touching ??= touchIfDue().finally(() => {
      touching = undefined
    })
    await touching
    return isAlive
  }

  /**
   * Peeks before it touches: another request may have touched meanwhile. And a session found by its id, as `peek` does,
   * is saved without a step of rotation, which only a request with a response may take.
   */
  async function touchIfDue(): Promise<void> {
    try {
      await peekNow()
      const mayTouch = isAlive && !isTokenRetired && store.peek !== undefined
      if (mayTouch && isTouchDue(current, clock(), touchInterval)) await touch()
    } catch (error) {
      pausedUntil = clock() + windowMs
      throw error
    }
  }

  /** Reads the session from the store, without touching it, and ends the watch if the session is over. */
  async function peekNow(): Promise<void> {
    clearTimeout(timer)
    timer = schedulePeek()
    const outcome = await peek(store, current, { at: clock(), touchInterval })
    if (outcome.outcome === 'ended') end(outcome.reason)
    else if (outcome.outcome === 'discarded') end('gone')
    else if (outcome.opened.record.authority !== authority) end('stale')
    else {
      current = outcome.opened
      isTokenRetired = outcome.isTokenRetired ?? false
    }
  }

  /**
   * Touches the session. If the store returns a new token, there is no response to send it with: the session counts
   * as not prolonged, and the next attempt waits one touch window.
   */
  async function touch(): Promise<void> {
    const saving = await store.save(current, {})
    if (!saving.saved) end(saving.why === 'superseded' ? 'stale' : 'gone')
    else if (saving.token === undefined) current = saving.opened
    else pausedUntil = clock() + windowMs
  }

  /** Schedules the next peek. A store error was emitted as `failed` and is ignored here: another peek follows. */
  function schedulePeek(): ReturnType<typeof setTimeout> {
    const scheduled = setTimeout(
      () => void peekNow().catch(() => undefined),
      Math.min(windowMs, maxTimerMs),
    )
    if (typeof scheduled === 'object') scheduled.unref() // Workers return a number; there nothing keeps a process alive
    return scheduled
  }

  function end(why: Ended): void {
    if (!isAlive) return
    close()
    resolveEnded(why)
  }

  function close(): void {
    isAlive = false
    clearTimeout(timer)
    registry.remove(watched)
  }
}
