import type { SessionId } from '@sojourn/core'
import type { Row, Tombstone } from '@sojourn/core/store'

/** What is known of one session by what the backend has acknowledged. */
interface Known {
  isInserted: boolean
  /** The changes that were acknowledged. */
  readonly changes: Set<string>
  /** True once an end was acknowledged or seen. */
  hasEnded: boolean
  /** True once somebody has tried to end it, acknowledged or not. */
  isEnding: boolean
}

/** What was known of a session when an operation began. */
export interface Before extends Omit<Known, 'changes'> {
  readonly changes: ReadonlySet<string>
}

/** Checks what operations return against what was acknowledged before they began. */
export class History {
  readonly #sessions = new Map<SessionId, Known>()
  #endings = 0
  readonly counts = { acknowledged: 0, unknown: 0, read: 0 }

  of(id: SessionId): Known {
    const known = this.#sessions.get(id) ?? {
      isInserted: false,
      changes: new Set(),
      hasEnded: false,
      isEnding: this.#endings > 0,
    }
    this.#sessions.set(id, known)
    return known
  }

  /** Runs an operation that may end any session that is there, or comes meanwhile. */
  async whileEnding<Result>(run: () => Promise<Result>): Promise<Result> {
    for (const known of this.#sessions.values()) known.isEnding = true
    this.#endings++
    try {
      return await run()
    } finally {
      this.#endings--
    }
  }

  get ids(): readonly SessionId[] {
    return [...this.#sessions.keys()]
  }

  /** Returns a copy of what is known, to be taken before an operation begins. */
  before(id: SessionId): Before {
    const known = this.of(id)
    return { ...known, changes: new Set(known.changes) }
  }

  /** Checks a row or its absence. `before` was taken before the read began. */
  check(id: SessionId, found: Row | Tombstone | null, before: Before): void {
    this.counts.read++
    if (found && 'version' in found) this.#checkRow(id, found, before)
    else if (before.isInserted) this.#noteEnd(id)
  }

  #noteEnd(id: SessionId): void {
    const known = this.of(id)
    if (!known.isEnding) throw new Error(`${id} was acknowledged and is lost`)
    known.hasEnded = true
  }

  #checkRow(id: SessionId, row: Row, before: Before): void {
    if (before.hasEnded) throw new Error(`${id} is back from the dead`)
    const changes = changesIn(row)
    for (const change of before.changes)
      if (!changes.includes(change)) throw new Error(`${id} has lost the change ${change}`)
    if (new Set(changes).size < changes.length) throw new Error(`${id} has a change twice`)
  }
}

/** Returns the changes that the value of a row lists. */
export function changesIn({ value }: Row): readonly string[] {
  return Buffer.from(value).toString().split(' ').filter(Boolean)
}
