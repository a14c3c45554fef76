import type { SessionEvents } from '../events.ts'
import type { SessionId } from '../record/record.ts'
import type { SessionIds } from '../record/session-ids.ts'
import type { Ended } from '../session/state.ts'
import type { FollowedSession } from './followed-session.ts'

/** The sessions that the watches of one manager follow. What the manager itself does to them ends the watches at once. */
export type WatchRegistry = ReturnType<typeof createWatchRegistry>

/** Reports the end of a session. It ends every watch of it. */
interface EndNotice {
  readonly id: SessionId
  readonly why: Ended
}

type On = <Type extends 'ended' | 'rotated' | 'everybodyRevoked'>(
  type: Type,
  listener: (event: SessionEvents[Type]) => void,
) => unknown

/** Creates a registry that listens to the events of a manager. */
export function createWatchRegistry(on: On, ids: Pick<SessionIds, 'refusalOf'>) {
  /** By session id, then by the key of the watches that share one: usually one per session. */
  const byId = new Map<SessionId, Map<string, FollowedSession>>()
  /** One list per watch that is still loading its session: the notices since, to be checked once its id is known. */
  const loading = new Set<EndNotice[]>()

  const notify = (notice: EndNotice) => {
    for (const missed of loading) missed.push(notice)
    for (const followed of [...(byId.get(notice.id)?.values() ?? [])]) followed.end(notice.why)
  }
  on('ended', ({ id, reason }) => notify({ id, why: reason }))
  on('rotated', ({ id, why }) => {
    if (why === 'cause') notify({ id, why: 'stale' })
  })
  on('everybodyRevoked', () => {
    for (const followed of all()) if (ids.refusalOf(followed.record)) followed.end('revoked')
  })
  const all = () => [...byId.values()].flatMap((sameSession) => [...sameSession.values()])

  return {
    /** Begins to collect notices for a watch whose session is still being loaded. `done` must be called. */
    prepare(): { whyEnded(id: SessionId): Ended | undefined; done(): void } {
      const missed: EndNotice[] = []
      loading.add(missed)
      return {
        /** Returns why the session has ended since; `undefined` if it has not. */
        whyEnded: (id) => missed.find((notice) => notice.id === id)?.why,
        done: () => void loading.delete(missed),
      }
    },
    find: (id: SessionId, key: string): FollowedSession | undefined => byId.get(id)?.get(key),
    add(id: SessionId, key: string, followed: FollowedSession): void {
      const sameSession = byId.get(id) ?? new Map<string, FollowedSession>()
      byId.set(id, sameSession.set(key, followed))
    },
    remove(id: SessionId, key: string): void {
      const sameSession = byId.get(id)
      if (sameSession?.delete(key) && sameSession.size === 0) byId.delete(id)
    },
    /** Closes all watches. */
    close(): void {
      for (const followed of all()) followed.close()
    },
  }
}
