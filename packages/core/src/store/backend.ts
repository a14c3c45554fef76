import type { EndReason, SessionId } from '../record/record.ts'
import type { Awaitable } from '../util/and-then.ts'

/** What a database stores for a session. A backend never sees a token, and `value` means nothing to it. */
export interface Row {
  /** A random tag, chosen by the writer of this version. */
  readonly version: string
  /**
   * The tags of the versions before it, newest first, at most three. A writer whose reply was lost finds its own tag
   * here, and so its write.
   */
  readonly priorVersions: readonly string[]
  /** When the session was last touched, in epoch ms. */
  readonly touchedAt: number
  /** The time from which the row is gone, in epoch ms. */
  readonly expiresAt: number
  /** 0 bytes to 1 MiB, of any byte values. */
  readonly value: Uint8Array
}

/** A row with its id. */
export interface IdentifiedRow extends Row {
  readonly id: SessionId
}

/** What an ended session leaves behind for `tombstoneMs`, so that no write in flight brings it back. */
export interface Tombstone {
  /** Why the session ended. */
  readonly ended: EndReason
  /** When it ended, in epoch ms. */
  readonly at: number
}

/** How long a tombstone is kept, in ms: longer than any write can be in flight. */
export const tombstoneMs = 60_000

/** What every operation takes as its last argument, besides fields of its own. */
export interface BackendCall {
  /** The manager's now, in epoch ms. A backend judges expiry by it and by no clock of its own. */
  readonly at: number
  /**
   * Aborted at the deadline of the operation. Check it before each command that you send; in memory and on a synchronous driver
   * do not read it (clause 8): the signal is made when it is first read, which costs more than a timer.
   */
  readonly signal: AbortSignal
}

/** How many live sessions a group may have, and what an `insert` beyond that does. */
export interface GroupLimit {
  readonly max: number
  /** `evict` ends the rows that expire first, as many as needed; `refuse` inserts nothing. */
  readonly onExceed: 'evict' | 'refuse'
}

/**
 * The result of `insert`: the row is there, and `evicted` are the sessions that were ended to make room; or it is not,
 * because the id is `taken` by a row or a tombstone, or the `limit` of the group is reached.
 */
export type InsertOutcome =
  | { readonly inserted: true; readonly evicted: readonly SessionId[] }
  | { readonly inserted: false; readonly why: 'taken' | 'limit' }

/**
 * The result of `replace`: the row was written; the session is `gone` (no row, expired or ended); or the row has another
 * version, and is returned as `conflict`.
 */
export type ReplaceOutcome = 'replaced' | 'gone' | { readonly conflict: Row }

/** The result of `touch`: like that of `replace`, without the row. */
export type TouchOutcome = 'touched' | 'gone' | 'conflict'

/**
 * What a backend offers. The conformance report lists the rest as not offered; a claim that is not true fails there.
 */
export interface BackendSupports {
  /** `replace` and `touch` compare and write in one atomic step. */
  readonly conditionalWrite: boolean
  /** `remove` and `removeGroup` leave tombstones. */
  readonly revocation: boolean
  /** `list` and `removeGroup` find all live rows of a group. */
  readonly list: boolean
  /** `insert` applies `limit` in the same atomic step. */
  readonly limit: boolean
  /** `scan` yields all live rows. Without it, `revokeEverybody` is refused. */
  readonly scan: boolean
  /**
   * A row stays until it expires or is ended: none is dropped to make room. Revocations of sealed sessions need it, because
   * a session whose entry is dropped opens again.
   */
  readonly retention: boolean
}

/**
 * The contract of a database: rows by id. `keyedStore(backend)` makes a store of it. The clauses are numbered as in the
 * conformance suite.
 *
 * 1. Outcomes are return values. A rejection means that the backend is in trouble, and carries `cause`.
 * 2. `insert` never overwrites; `replace` and `touch` never create. Each is one atomic step in the database. An `insert`
 *    whose version is already there (as `version` or among `priorVersions`) returns inserted and evicts nothing.
 * 3. `remove`, eviction and `removeGroup` leave a tombstone in the same step; `remove` also where there was no row, for
 *    an insert that is still in flight. To every other operation a tombstone is gone: it is not listed, counted, touched,
 *    replaced, inserted over or prolonged.
 * 4. `find` returns an isolated copy. Bytes in are bytes out.
 * 5. A row at or past `expiresAt` is never returned, listed or counted. Its space is freed without it being read again.
 *    A row written with an `expiresAt` in the past is gone at once. The time to live is `expiresAt − at`; it must not
 *    depend on two clocks agreeing.
 * 6. Ids are opaque but for the group before the first dot. No id escapes the prefix or matches as a pattern.
 * 7. Two prefixes on one database never see each other's rows.
 * 8. Every operation settles, and rejects at once when the connection is not ready. It calls `signal.throwIfAborted()` before
 *    each command that it sends, so that it sends nothing after the deadline, and passes the signal to a driver that can
 *    cancel. In memory and on a synchronous driver only `scan` reads the signal, between two pages.
 * 9. `supports` is false for what the backend cannot do.
 *
 * `find`, `insert`, `replace` and `touch` may return their outcome at once, without a promise, as those of a store in memory do:
 * a request then waits for nothing.
 *
 * @see docs/how-to/write-a-store.md for a complete example, docs/reference/store-contract.md for the reference.
 */
export interface SessionBackend {
  /** Returns the row of a live session, the tombstone of an ended one, or `null`. */
  find(id: SessionId, call: BackendCall): Awaitable<Row | Tombstone | null>
  /**
   * Creates a row. With a `limit`, the live rows of the group are counted, and room is made, in the same atomic step.
   *
   * `isSolitary` is true for a row that will always be the only one of its group, which is never listed, limited or
   * removed as a group (an anonymous session). A backend may leave it out of its index of groups, or ignore the flag.
   */
  insert(
    id: SessionId,
    row: Row,
    call: BackendCall & { readonly limit?: GroupLimit; readonly isSolitary?: boolean },
  ): Awaitable<InsertOutcome>
  /** Writes a row over the version `expected`. */
  replace(
    id: SessionId,
    row: Row,
    call: BackendCall & { readonly expected: string },
  ): Awaitable<ReplaceOutcome>
  /**
   * Moves `touchedAt` and `expiresAt`, and keeps version and value. Writes only if version and `touchedAt` are still the
   * `expected` ones, so that of many requests in one touch window one writes.
   */
  touch(
    id: SessionId,
    times: Pick<Row, 'touchedAt' | 'expiresAt'>,
    call: BackendCall & { readonly expected: Pick<Row, 'version' | 'touchedAt'> },
  ): Awaitable<TouchOutcome>
  /**
   * Ends a session whatever its version, in one atomic step. Returns the live row that it ended, or `null`. A tombstone
   * that is there already keeps its reason and time.
   */
  remove(id: SessionId, call: BackendCall & { readonly reason: EndReason }): Promise<Row | null>
  /** Returns the live rows of a group, in any order. */
  list(group: string, call: BackendCall): Promise<readonly IdentifiedRow[]>
  /**
   * Ends every live row of a group but `except`. Returns the ids of those that it ended, in any order. A backend that needs
   * several steps calls `onEnded` after each, with the ids of that step: if a later one fails, these sessions have ended.
   */
  removeGroup(
    group: string,
    call: BackendCall & {
      readonly reason: EndReason
      readonly except?: SessionId
      readonly onEnded?: (ids: readonly SessionId[]) => void
    },
  ): Promise<readonly SessionId[]>
  /** Yields every live row: for operators, and for `revokeEverybody`. */
  scan(call: BackendCall): AsyncIterable<IdentifiedRow>
  /**
   * Returns the database's own time, in epoch ms. Optional. Core asks for it when a session has times of the future, to
   * find out whose clock is wrong: without it, a server whose clock is behind ends sessions of the others early.
   */
  now?(call: BackendCall): Promise<number>
  /**
   * Calls the listener with the id of each row whose time has passed, at most once, at some time after that. Returns a
   * function that removes the listener. Optional: for a database that can tell expiry from the end of a session, such as
   * one that sweeps its own rows. Each manager adds one listener, which never throws; it makes the event `expired`.
   */
  onExpired?(listener: (id: SessionId) => void): () => void
  /** Resolves if the database replies. */
  ping(call: BackendCall): Promise<void>
  /** Closes what the backend itself opened, and nothing else. */
  close(): Promise<void>
  readonly supports: BackendSupports
}
