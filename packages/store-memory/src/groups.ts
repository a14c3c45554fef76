import type { SessionId } from '@sojourn/core'
import { groupOf } from '@sojourn/core/store'

/** Which ids each group has: exactly those that were added and not deleted. */
export interface Groups {
  /** The ids of a group, as they are now. */
  of(group: string): readonly SessionId[]
  add(id: SessionId): void
  delete(id: SessionId): void
  clear(): void
  /** How many groups have an id. */
  readonly size: number
}

/** An empty index of ids by group. */
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
