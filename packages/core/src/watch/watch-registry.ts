import type { SessionEvents } from '../events.ts'
import type { SessionId } from '../record/record.ts'
import type { Ended } from '../session/state.ts'

/** A watch, as its manager sees it. */
export interface Watched {
  readonly id: SessionId
  readonly userId: string | undefined
  end(why: Ended): void
  close(): void
}

/** The watches of one manager, which are told at once of what it does to their sessions. */
export type WatchRegistry = ReturnType<typeof createWatchRegistry>

interface Notice {
  readonly why: Ended
  concerns(watched: Watched): boolean
}

type On = <Type extends 'ended' | 'rotated'>(
  type: Type,
  listener: (event: SessionEvents[Type]) => void,
) => unknown

/** A registry that listens to a manager's events. */
export function createWatchRegistry(on: On) {
  const byId = new Map<SessionId, Set<Watched>>()
  /** What was told while watches wait for the store: whether it concerns them they cannot know yet. */
  const waiting = new Set<Notice[]>()

  const notify = (news: Notice, watches: Iterable<Watched>) => {
    for (const heard of waiting) heard.push(news)
    for (const watched of [...watches]) if (news.concerns(watched)) watched.end(news.why)
  }
  const notifyOf = (id: SessionId, why: Ended) =>
    notify({ why, concerns: (watched) => watched.id === id }, byId.get(id) ?? [])
  on('ended', ({ id, reason }) => notifyOf(id, reason))
  on('rotated', ({ id, why }) => {
    if (why === 'cause') notifyOf(id, 'stale')
  })

  const remove = (watched: Watched) => {
    const watches = byId.get(watched.id)
    if (watches?.delete(watched) && watches.size === 0) byId.delete(watched.id)
  }
  const all = () => [...byId.values()].flatMap((watches) => [...watches])

  return {
    /** Collects news for a watch that does not know yet which session is its own; `done` must be called. */
    await(): { add(watched: Watched): void; done(): void } {
      const heard: Notice[] = []
      waiting.add(heard)
      return {
        add(watched) {
          const watches = byId.get(watched.id) ?? new Set()
          byId.set(watched.id, watches.add(watched))
          for (const { why, concerns } of heard) if (concerns(watched)) watched.end(why)
        },
        done: () => void waiting.delete(heard),
      }
    },
    remove,
    /** All sessions of a user but one have been revoked, of which no event tells. */
    endUser(userId: string, except: SessionId | undefined): void {
      const concerns = (watched: Watched) => watched.userId === userId && watched.id !== except
      notify({ why: 'revoked', concerns }, all())
    },
    /** Lets go of all watches. */
    close(): void {
      for (const watched of all()) watched.close()
    },
  }
}
