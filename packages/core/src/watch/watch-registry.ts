import type { SessionEvents } from '../events.ts'
import type { SessionId } from '../record/record.ts'
import type { Ended } from '../session/state.ts'

/** A watch, as its manager sees it. */
export interface RegisteredWatch {
  readonly id: SessionId
  readonly userId: string | undefined
  end(why: Ended): void
  close(): void
}

/** The watches of one manager, which are told at once of what it does to their sessions. */
export type WatchRegistry = ReturnType<typeof createWatchRegistry>

interface Notice {
  readonly why: Ended
  matches(watched: RegisteredWatch): boolean
}

type On = <Type extends 'ended' | 'rotated'>(
  type: Type,
  listener: (event: SessionEvents[Type]) => void,
) => unknown

/** A registry that listens to a manager's events. */
export function createWatchRegistry(on: On) {
  const byId = new Map<SessionId, Set<RegisteredWatch>>()
  /** What was told while watches wait for the store: whether it concerns them they cannot know yet. */
  const waiting = new Set<Notice[]>()

  const notify = (news: Notice, watches: Iterable<RegisteredWatch>) => {
    for (const heard of waiting) heard.push(news)
    for (const watched of [...watches]) if (news.matches(watched)) watched.end(news.why)
  }
  const notifyOf = (id: SessionId, why: Ended) =>
    notify({ why, matches: (watched) => watched.id === id }, byId.get(id) ?? [])
  on('ended', ({ id, reason }) => notifyOf(id, reason))
  on('rotated', ({ id, why }) => {
    if (why === 'cause') notifyOf(id, 'stale')
  })

  const remove = (watched: RegisteredWatch) => {
    const watches = byId.get(watched.id)
    if (watches?.delete(watched) && watches.size === 0) byId.delete(watched.id)
  }
  const all = () => [...byId.values()].flatMap((watches) => [...watches])

  return {
    /** Collects news for a watch that does not know yet which session is its own; `done` must be called. */
    prepare(): { add(watched: RegisteredWatch): void; done(): void } {
      const heard: Notice[] = []
      waiting.add(heard)
      return {
        add(watched) {
          const watches = byId.get(watched.id) ?? new Set()
          byId.set(watched.id, watches.add(watched))
          for (const { why, matches } of heard) if (matches(watched)) watched.end(why)
        },
        done: () => void waiting.delete(heard),
      }
    },
    remove,
    /** All sessions of a user but one have been revoked, of which no event tells. */
    endUser(userId: string, except: SessionId | undefined): void {
      const matches = (watched: RegisteredWatch) =>
        watched.userId === userId && watched.id !== except
      notify({ why: 'revoked', matches }, all())
    },
    /** Lets go of all watches. */
    close(): void {
      for (const watched of all()) watched.close()
    },
  }
}
