import type { SessionEvents } from '../events.ts'
import type { SessionId } from '../record/record.ts'
import type { Ended } from '../session/state.ts'

/** A watch as the registry holds it. */
export interface RegisteredWatch {
  readonly id: SessionId
  readonly userId: string | undefined
  end(why: Ended): void
  close(): void
}

/** The watches of one manager. What the manager itself does to their sessions ends them at once, without the store. */
export type WatchRegistry = ReturnType<typeof createWatchRegistry>

/** Reports the end of some sessions. It ends every watch that it matches. */
interface EndNotice {
  readonly why: Ended
  matches(watched: RegisteredWatch): boolean
}

type On = <Type extends 'ended' | 'rotated'>(
  type: Type,
  listener: (event: SessionEvents[Type]) => void,
) => unknown

/** Creates a registry that listens to the events of a manager. */
export function createWatchRegistry(on: On) {
  const byId = new Map<SessionId, Set<RegisteredWatch>>()
  /** One list per watch that is still loading its session: the notices since, to be checked once its id is known. */
  const loading = new Set<EndNotice[]>()

  const notify = (notice: EndNotice, watches: Iterable<RegisteredWatch>) => {
    for (const missed of loading) missed.push(notice)
    for (const watched of [...watches]) if (notice.matches(watched)) watched.end(notice.why)
  }
  const notifyById = (id: SessionId, why: Ended) =>
    notify({ why, matches: (watched) => watched.id === id }, byId.get(id) ?? [])
  on('ended', ({ id, reason }) => notifyById(id, reason))
  on('rotated', ({ id, why }) => {
    if (why === 'cause') notifyById(id, 'stale')
  })

  const remove = (watched: RegisteredWatch) => {
    const watches = byId.get(watched.id)
    if (watches?.delete(watched) && watches.size === 0) byId.delete(watched.id)
  }
  const all = () => [...byId.values()].flatMap((watches) => [...watches])

  return {
    /**
     * Begins to collect notices for a watch whose session is still being loaded. `add` registers it and passes on
     * what it missed. `done` stops collecting and must be called.
     */
    prepare(): { add(watched: RegisteredWatch): void; done(): void } {
      const missed: EndNotice[] = []
      loading.add(missed)
      return {
        add(watched) {
          const watches = byId.get(watched.id) ?? new Set()
          byId.set(watched.id, watches.add(watched))
          for (const { why, matches } of missed) if (matches(watched)) watched.end(why)
        },
        done: () => void loading.delete(missed),
      }
    },
    remove,
    /**
     * Ends the watches of a user whose sessions were revoked, all but `except`. `revokeAll` emits no event for them.
     */
    endUser(userId: string, except: SessionId | undefined): void {
      const matches = (watched: RegisteredWatch) =>
        watched.userId === userId && watched.id !== except
      notify({ why: 'revoked', matches }, all())
    },
    /** Closes all watches. */
    close(): void {
      for (const watched of all()) watched.close()
    },
  }
}
