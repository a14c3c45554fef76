import type { SessionId } from '@sojourn/core'
import { groupOf } from '@sojourn/core/store'

/** An index of session ids by group. It holds exactly the ids that were added and not deleted. */
export class Groups {
  /** Most users have one session, for which a `Set` would take 200 bytes. */
  readonly #ids = new Map<string, SessionId | Set<SessionId>>()

  /** The number of groups that have at least one id. */
  get size(): number {
    return this.#ids.size
  }

  /** Returns a copy of a group's ids. */
  of(group: string): readonly SessionId[] {
    const ids = this.#ids.get(group)
    if (ids === undefined) return []
    return typeof ids === 'string' ? [ids] : [...ids]
  }

  add(id: SessionId): void {
    const group = groupOf(id)
    const ids = this.#ids.get(group)
    if (ids === undefined) this.#ids.set(group, id)
    else if (typeof ids !== 'string') ids.add(id)
    else if (ids !== id) this.#ids.set(group, new Set([ids, id]))
  }

  delete(id: SessionId): void {
    const group = groupOf(id)
    const ids = this.#ids.get(group)
    if (ids === undefined) return
    const isLast = typeof ids === 'string' ? ids === id : ids.delete(id) && ids.size === 0
    if (isLast) this.#ids.delete(group)
  }

  clear(): void {
    this.#ids.clear()
  }
}
