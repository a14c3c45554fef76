import type { SessionId } from '@sojourn/core'
import type { Row, Tombstone } from '@sojourn/core/store'

/** What is known of one session by what the backend has acknowledged. */
interface Known {
  isInserted: boolean
  /** When the row expires that was inserted, epoch ms. Later writes move it, but never to an earlier time. */
  expiresAt: number
  /** The changes that were acknowledged. */
  readonly changes: Set<string>
  /** True once an end was acknowledged or seen. */
  hasEnded: boolean
  /** How often somebody has tried to end it, acknowledged or not. */
  endings: number
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
      expiresAt: Number.POSITIVE_INFINITY,
      changes: new Set(),
      hasEnded: false,
      endings: this.#endings,
    }
    this.#sessions.set(id, known)
    return known
  }

  /** Runs an operation that may end any session that is there, or comes meanwhile. */
  async whileEnding<Result>(run: () => Promise<Result>): Promise<Result> {
    for (const known of this.#sessions.values()) known.endings++
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

  /** Checks a row or its absence at `at`, epoch ms. `before` was taken before the read began. */
  check(id: SessionId, found: Row | Tombstone | null, before: Before, at: number): void {
    this.counts.read++
    if (found && 'version' in found) this.#checkRow(id, found, before)
    else if (isLive(before, at)) this.#noteEnd(id)
  }

  /** Checks which sessions `removeGroup` has returned at `at`, epoch ms. `before` is what was known of each when it began. */
  checkRemoved(
    removed: readonly SessionId[],
    before: ReadonlyMap<SessionId, Before>,
    at: number,
  ): void {
    for (const [id, known] of before)
      if (isLive(known, at) && known.endings === 0 && this.of(id).endings === 1)
        if (!removed.includes(id)) throw new Error(`${id} was removed and not returned`)
  }

  #noteEnd(id: SessionId): void {
    const known = this.of(id)
    if (known.endings === 0) throw new Error(`${id} was acknowledged and is lost`)
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

/** Returns true if a session was certainly there at `at`, if nobody has ended it; the clocks differ by less than a minute. */
export function isLive({ isInserted, expiresAt }: Before, at: number): boolean {
  return isInserted && at + 60_000 < expiresAt
}

/** Returns the changes that the value of a row lists. */
export function changesIn({ value }: Row): readonly string[] {
  return Buffer.from(value).toString().split(' ').filter(Boolean)
}
