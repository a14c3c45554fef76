import type { SessionId } from '@sojourn/core'
import { groupOf } from '@sojourn/core/store'

/** An index of session ids by group. It holds exactly the ids that were added and not deleted. */
export interface Groups {
  /** Returns a copy of a group's ids. */
  of(group: string): readonly SessionId[]
  add(id: SessionId): void
  delete(id: SessionId): void
  clear(): void
  /** The number of groups that have at least one id. */
  readonly size: number
}

/** Creates an empty index. */
export function createGroups(): Groups {
  const groups = new Map<string, Set<SessionId>>()

  return {
    of: (group) => [...(groups.get(group) ?? [])],
    add(id) {
      const ids = groups.get(groupOf(id))
      if (ids) ids.add(id)
      else groups.set(groupOf(id), new Set([id]))
    },
    delete(id) {
      const group = groupOf(id)
      const ids = groups.get(group)
      if (ids?.delete(id) && ids.size === 0) groups.delete(group)
    },
    clear: () => groups.clear(),
    get size() {
      return groups.size
    },
  }
}
