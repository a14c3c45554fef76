import { type HeadersLike, requestCarrier } from '../http/carrier.ts'
import { isTouchDue, touchWindow } from '../record/expiry.ts'
import { loadState } from '../session/load.ts'
import type { SessionOperations } from '../session/operations.ts'
import { Session, type SessionData } from '../session/session.ts'
import type { Ended, ManagerContext } from '../session/state.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import { peek } from '../store/peek.ts'
import type { WatchRegistry } from './watch-registry.ts'

/** The session of something that lives longer than a request: a WebSocket, or a stream of events. */
export interface Watch<Data extends object = SessionData> {
  /** The session as it was when the watch began; read-only. */
  readonly session: Session<Data>
  /**
   * Resolves, once, when the session is over, and says why: at once where this manager ended or elevated it, within one
   * touch interval where another did. An elevation counts, as `stale`: what began before it is over (P4). A session that
   * was never alive is over from the start, as `gone`. After `close` it resolves no more; it never rejects.
   */
  readonly ended: Promise<Ended>
  /**
   * Notes that the session is in use, and answers whether it is alive. To be called whenever the client was heard: in
   * one touch interval, whatever the number of calls and servers, it writes one touch at most.
   * @throws SessionStoreError when the store is in trouble: that is never "over" (P8).
   */
  keepAlive(): Promise<boolean>
  /** Lets go of the session, which lives on. To be called when the connection has closed. */
  close(): void
}

/** Beyond it a timer fires at once. */
const longestTimer = 2 ** 31 - 1

/** Begins to watch the session that headers present. */
export async function watch<Data extends object>(
  {
    context,
    operations,
    registry,
  }: { context: ManagerContext; operations: SessionOperations; registry: WatchRegistry },
  headers: HeadersLike,
): Promise<Watch<Data>> {
  const awaited = registry.prepare()
  try {
    const use = { isReadOnly: true, isSent: () => true }
    const state = await loadState(context, requestCarrier(headers), use)
    const session = new Session<Data>(state, operations)
    const { opened, ended = 'gone', storeError } = state
    if (storeError) throw storeError
    if (!opened) return neverAlive(session, ended)
    const { add, ...followed } = follow(context, opened, registry)
    add(awaited)
    return { session, ...followed }
  } finally {
    awaited.done()
  }
}

function neverAlive<Data extends object>(session: Session<Data>, why: Ended): Watch<Data> {
  return {
    session,
    ended: Promise.resolve(why),
    keepAlive: async () => false,
    close: () => undefined,
  }
}

/** Follows one session by what it was opened as, its id and authority, for its token may rotate meanwhile. */
function follow({ config, store }: ManagerContext, opened: OpenedSession, registry: WatchRegistry) {
  const { clock, touchInterval } = config
  const { id, userId, authority } = opened.record
  const window = touchWindow(opened.record, touchInterval)
  let current = opened
  let isAlive = true
  let pausedUntil = 0
  let touching: Promise<void> | undefined
  let timer = schedulePeek()
  let resolve = (_why: Ended) => {}
  const ended = new Promise<Ended>((settle) => {
    resolve = settle
  })
  const watched = { id, userId, end, close }

  return {
    ended,
    keepAlive,
    close,
    add: (to: { add(one: typeof watched): void }) => to.add(watched),
  }

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

  /** Looks before it touches: another request may have done so, and only what was found by id rotates no token. */
  async function touchIfDue(): Promise<void> {
    try {
      await peekNow()
      if (isAlive && store.peek && isTouchDue(current, clock(), touchInterval)) await touch()
    } catch (error) {
      pausedUntil = clock() + window
      throw error
    }
  }

  async function peekNow(): Promise<void> {
    clearTimeout(timer)
    timer = schedulePeek()
    const opening = await peek(store, current, { at: clock(), touchInterval })
    if (opening.outcome === 'ended') end(opening.reason)
    else if (opening.outcome === 'discarded') end('gone')
    else if (opening.opened.record.authority !== authority) end('stale')
    else current = opening.opened
  }

  /** A token that comes back can be handed to nobody here, so what it prolongs is not prolonged; not at every call either. */
  async function touch(): Promise<void> {
    const saving = await store.save(current, {})
    if (!saving.saved) end(saving.why === 'superseded' ? 'stale' : 'gone')
    else if (saving.token === undefined) current = saving.opened
    else pausedUntil = clock() + window
  }

  /** Trouble is told of by an event, and the next look comes. */
  function schedulePeek(): ReturnType<typeof setTimeout> {
    const later = setTimeout(
      () => void peekNow().catch(() => undefined),
      Math.min(window, longestTimer),
    )
    if (typeof later === 'object') later.unref() // a number on Workers, where nothing waits for it
    return later
  }

  function end(why: Ended): void {
    if (!isAlive) return
    close()
    resolve(why)
  }

  function close(): void {
    isAlive = false
    clearTimeout(timer)
    registry.remove(watched)
  }
}
