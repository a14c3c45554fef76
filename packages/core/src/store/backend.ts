import type { EndReason, SessionId } from '../record/record.ts'

/** What a database keeps of a session. It never learns a token, nor what `value` means. */
export interface Row {
  /** A random tag, chosen by the writer of this version. */
  readonly version: string
  /** The tags of the versions before it, newest first, at most three: by them a writer whose reply was lost finds its own write. */
  readonly priorVersions: readonly string[]
  /** Epoch ms of the last touch. */
  readonly touchedAt: number
  /** Epoch ms from which on the row is gone. */
  readonly expiresAt: number
  /** 0 bytes to 1 MiB, every byte value. */
  readonly value: Uint8Array
}

/** A row together with its id. */
export interface IdentifiedRow extends Row {
  readonly id: SessionId
}

/** What an ended session leaves behind for 60 s: nothing may be written over it. */
export interface Tombstone {
  readonly ended: EndReason
  /** Epoch ms of the end. */
  readonly at: number
}

/** How long a tombstone stands, in ms: longer than any write that was on its way when the session ended. */
export const tombstoneMs = 60_000

/** What every operation is given besides its subject. */
export interface BackendCall {
  /** The manager's now, epoch ms. A backend judges expiry by it and by nothing else. */
  readonly at: number
  /** Aborted when the deadline has passed. */
  readonly signal: AbortSignal
}

/** How many live sessions one group may have, and what happens to one more. */
export interface GroupLimit {
  readonly max: number
  /** `evict` ends the one that would expire first; `refuse` inserts nothing. */
  readonly onExceed: 'evict' | 'refuse'
}

export type InsertOutcome =
  | { readonly inserted: true; readonly evicted: readonly SessionId[] }
  | { readonly inserted: false; readonly why: 'taken' | 'limit' }

export type ReplaceOutcome = 'replaced' | 'gone' | { readonly conflict: Row }

export type TouchOutcome = 'touched' | 'gone' | 'conflict'

/** What a backend can do. What it cannot do the conformance report names as not offered; a false claim fails. */
export interface BackendSupports {
  /** `replace` and `touch` compare and write in one step. */
  readonly conditionalWrite: boolean
  /** `remove` and `removeGroup` leave tombstones. */
  readonly revocation: boolean
  readonly list: boolean
  readonly limit: boolean
  readonly scan: boolean
}

/**
 * The port to a database, by id. `keyedStore(backend)` makes a store of it.
 *
 * 1. Outcomes are values. A rejection means that the backend is in trouble, and carries `cause`.
 * 2. `insert` never overwrites; `replace` and `touch` never create. Each is one atomic step in the database. An `insert`
 *    whose version is already there (now or among `priorVersions`) answers inserted and evicts nothing.
 * 3. `remove`, eviction and `removeGroup` leave a tombstone in the same step, `remove` also where no row was: an insert
 *    still on its way finds it. To every other operation a tombstone is gone: not listed, counted, touched, replaced,
 *    inserted over or prolonged.
 * 4. `find` returns an isolated copy. Bytes in are bytes out.
 * 5. A row at or past `expiresAt` is never returned, listed or counted. Its space comes back without being read again.
 *    An `expiresAt` already past means gone at once. The time to live must not depend on two clocks agreeing:
 *    it is `expiresAt − at`.
 * 6. Ids are opaque but for the group before the first dot. No id escapes the prefix or matches as a pattern.
 * 7. Two prefixes on one database never see each other.
 * 8. Every operation ends: it honours `signal`, and refuses at once when the connection is not ready. Nothing is sent
 *    after the deadline.
 * 9. What it cannot do it says in `supports`.
 */
export interface SessionBackend {
  /** The row of a live session, the tombstone of an ended one, or `null`. */
  find(id: SessionId, call: BackendCall): Promise<Row | Tombstone | null>
  /**
   * Creates a row, or says why not. With a `limit`, the group is counted and made room in within the same step.
   * A row that `isSolitary` is alone in its group for ever, and nobody will list, limit or end that group: a backend may
   * spare its index. It may as well ignore that.
   */
  insert(
    id: SessionId,
    row: Row,
    call: BackendCall & { readonly limit?: GroupLimit; readonly isSolitary?: boolean },
  ): Promise<InsertOutcome>
  /** Writes a row over the version `expected`; a conflict hands back the row that stands there. */
  replace(
    id: SessionId,
    row: Row,
    call: BackendCall & { readonly expected: string },
  ): Promise<ReplaceOutcome>
  /**
   * Moves the two times and keeps value and version. It writes only where version and `touchedAt` are still the
   * `expected` ones, so that of many requests in one window one writes.
   */
  touch(
    id: SessionId,
    times: Pick<Row, 'touchedAt' | 'expiresAt'>,
    call: BackendCall & { readonly expected: Pick<Row, 'version' | 'touchedAt'> },
  ): Promise<TouchOutcome>
  /** Ends a session whatever its version, in one step, and hands back the row that it ended. */
  remove(id: SessionId, call: BackendCall & { readonly reason: EndReason }): Promise<Row | null>
  /** The live rows of a group. */
  list(group: string, call: BackendCall): Promise<readonly IdentifiedRow[]>
  /** Ends every live row of a group but `except`; answers how many. */
  removeGroup(
    group: string,
    call: BackendCall & { readonly reason: EndReason; readonly except?: SessionId },
  ): Promise<number>
  /** Every live row, for operators; nothing else depends on it. */
  scan(call: BackendCall): AsyncIterable<IdentifiedRow>
  /** Resolves when the database answers. */
  ping(call: BackendCall): Promise<void>
  /** Closes only what the backend itself opened. */
  close(): Promise<void>
  readonly supports: BackendSupports
}
