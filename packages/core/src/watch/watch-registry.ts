import type { SessionEvents } from '../events.ts'
import type { SessionId } from '../record/record.ts'
import type { Ended } from '../session/state.ts'

/** A watch as the registry holds it. */
export interface RegisteredWatch {
  readonly id: SessionId
  end(why: Ended): void
  close(): void
}

/** The watches of one manager. What the manager itself does to their sessions ends them at once, without the store. */
export type WatchRegistry = ReturnType<typeof createWatchRegistry>

/** Reports the end of a session. It ends every watch of it. */
interface EndNotice {
  readonly id: SessionId
  readonly why: Ended
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

  const notify = (notice: EndNotice) => {
    for (const missed of loading) missed.push(notice)
    for (const watched of [...(byId.get(notice.id) ?? [])]) watched.end(notice.why)
  }
  on('ended', ({ id, reason }) => notify({ id, why: reason }))
  on('rotated', ({ id, why }) => {
    if (why === 'cause') notify({ id, why: 'stale' })
  })

  const remove = (watched: RegisteredWatch) => {
    const watches = byId.get(watched.id)
    if (watches?.delete(watched) && watches.size === 0) byId.delete(watched.id)
  }

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
          for (const { id, why } of missed) if (id === watched.id) watched.end(why)
        },
        done: () => void loading.delete(missed),
      }
    },
    remove,
    /** Closes all watches. */
    close(): void {
      for (const watched of [...byId.values()].flatMap((watches) => [...watches])) watched.close()
    },
  }
}
