import { isTouchDue, touchWindow } from '../record/expiry.ts'
import { emitSaved } from '../session/commit/commit.ts'
import { refuseEndedActor, touchActor } from '../session/load/actor.ts'
import { refuseChangedStamp } from '../session/load/user-stamp.ts'
import type { Ended, ManagerContext } from '../session/state.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import { peek } from '../store/peek.ts'
import { isFuture } from '../util/clock.ts'
import type { FollowedSession, Follower } from './followed-session.ts'
import type { WatchRegistry } from './watch-registry.ts'

/** What a watch begins with. */
export interface FollowSeed {
  readonly opened: OpenedSession
  /** Names the token that opened the session, see `OpenOutcome`; `undefined` if the store does not tell. */
  readonly openedBy: string | undefined
}

/** The longest delay of `setTimeout`, in ms; with more it fires at once. */
const maxTimerMs = 2 ** 31 - 1

/**
 * Returns the session that watches of one token follow together. It is followed by its id and authority, because the
 * token may rotate meanwhile. Watches whose token has been rotated away are followed together too: they touch no more,
 * and all learn the same.
 */
export function followSession(
  context: ManagerContext,
  registry: WatchRegistry,
  { opened, openedBy }: FollowSeed,
): FollowedSession {
  const { id, authority } = opened.record
  const key = `${authority}/${openedBy ?? opened.touchedAt}`
  return registry.find(id, key) ?? createFollowedSession(context, registry, { opened, key })
}

function createFollowedSession(
  context: ManagerContext,
  registry: WatchRegistry,
  { opened, key }: { opened: OpenedSession; key: string },
): FollowedSession {
  const { config, store } = context
  const { clock, touchInterval } = config
  const { id, authority, actor } = opened.record
  const retiredKey = `${authority}/retired`
  const windowMs = touchWindow(opened.record, touchInterval)
  const followers = new Set<Follower>()
  let current = opened
  let pausedUntil = 0
  let peeking: Promise<void> | undefined
  let touching: Promise<void> | undefined
  let timer = schedulePeek()
  const followed = { record: opened.record, add, remove, keepAlive, end, close }
  registry.add(id, key, followed)
  return followed

  function add(follower: Follower, newest: OpenedSession = current): void {
    followers.add(follower)
    if (newest.touchedAt > current.touchedAt) current = newest
  }

  function remove(follower: Follower): void {
    if (followers.delete(follower) && followers.size === 0) stop()
  }

  async function keepAlive(): Promise<void> {
    const at = clock()
    if (at >= current.record.absoluteExpiresAt) return end('gone')
    // If the clock was set back, the last touch and a pause may lie in the future: the store corrects the session.
    const isPaused = at < pausedUntil && at >= pausedUntil - windowMs
    const isDue = isTouchDue(current, at, touchInterval) || isFuture(current.touchedAt, at)
    if (isPaused || !isDue) return
    touching ??= touchIfDue().finally(() => {
      touching = undefined
    })
    return touching
  }

  /**
   * Peeks before it touches: another request may have touched meanwhile. And a session found by its id, as `peek` does,
   * is saved without a step of rotation, which only a request with a response may take.
   */
  async function touchIfDue(): Promise<void> {
    try {
      await peekNow()
      const mayTouch = followers.size > 0 && store.peek !== undefined && key !== retiredKey
      if (mayTouch && isTouchDue(current, clock(), touchInterval)) await touch()
      if (key === retiredKey) pausedUntil = clock() + windowMs
    } catch (error) {
      pausedUntil = clock() + windowMs
      throw error
    }
  }

  function peekNow(): Promise<void> {
    peeking ??= readNow().finally(() => {
      peeking = undefined
    })
    return peeking
  }

  /** Reads the session from the store, without touching it, and ends the watches if the session is over. */
  async function readNow(): Promise<void> {
    clearTimeout(timer)
    timer = schedulePeek()
    const found = await peek(store, current, { at: clock(), touchInterval })
    const stamped = config.securityStamp ? await refuseChangedStamp(context, found) : found
    const { outcome } =
      actor && stamped.outcome === 'open'
        ? await refuseEndedActor(context, stamped, actor)
        : { outcome: stamped }
    if (outcome.outcome === 'ended') end(outcome.reason)
    else if (outcome.outcome === 'discarded') end('gone')
    else if (outcome.opened.record.authority !== authority) end('stale')
    else {
      current = outcome.opened
      if (outcome.isTokenRetired && key !== retiredKey) retire()
    }
  }

  /** Hands the watches over to those of the same session whose token has been rotated away too. */
  function retire(): void {
    const retired =
      registry.find(id, retiredKey) ??
      createFollowedSession(context, registry, { opened: current, key: retiredKey })
    for (const follower of followers) {
      follower.followed = retired
      retired.add(follower, current)
    }
    followers.clear()
    stop()
  }

  /**
   * Touches the session. If the store returns a new token, there is no response to send it with: the session counts
   * as not prolonged, and the next attempt waits one touch window.
   */
  async function touch(): Promise<void> {
    const saving = await store.save(current, {})
    if (!saving.saved) end(saving.why === 'superseded' ? 'stale' : 'gone')
    else if (saving.token === undefined) {
      current = saving.opened
      emitSaved(context, saving)
      if (saving.isTouched && actor) await touchActor(context, actor)
    } else pausedUntil = clock() + windowMs
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
    const ended = [...followers]
    stop()
    for (const follower of ended) follower.end(why)
  }

  function close(): void {
    const closed = [...followers]
    stop()
    for (const follower of closed) follower.close()
  }

  function stop(): void {
    followers.clear()
    clearTimeout(timer)
    registry.remove(id, key)
  }
}
