import type { SessionRecord } from '../record/record.ts'
import type { Presented } from '../record/rotation.ts'
import type { Row } from '../store/backend.ts'
import type { OpenedSession } from '../store/opened-session.ts'

/** The version of a row and those before it, and its value as it was read; absent once this server has written it. */
export type Lineage = Pick<Row, 'version' | 'priorVersions'> & Partial<Pick<Row, 'value'>>

/** What a keyed store keeps about an opened session besides its public fields. */
export interface RowOrigin {
  /** The versions of the row that the session was read from or written to. */
  readonly lineage: Lineage
  /** The token that opened the session in this request; `undefined` if it was read from a list or a conflict. */
  readonly presented: Presented | undefined
  /** The token of a connection that follows the session by its id (`peek`). It takes no steps of the rotation. */
  readonly follower?: Presented | undefined
}

/**
 * An opened session of a keyed store, with its origin. The origin is private, so that only this package can set it and a copy of
 * the session (`{ ...opened }`) has none. A `WeakMap` would do the same, but cost a read of the memory store a third.
 */
export class KeyedSession implements OpenedSession {
  readonly record: SessionRecord
  readonly touchedAt: number
  readonly data: Uint8Array
  readonly #origin: RowOrigin
  readonly #store: object

  /** @param store Any object that stands for the store that has opened the session. */
  constructor({ record, touchedAt, data }: OpenedSession, origin: RowOrigin, store: object) {
    this.record = record
    this.touchedAt = touchedAt
    this.data = data
    this.#origin = origin
    this.#store = store
  }

  /** Returns the origin of a session that this store has opened; `undefined` for any other. */
  static originOf(opened: OpenedSession, store: object): RowOrigin | undefined {
    return #origin in opened && opened.#store === store ? opened.#origin : undefined
  }
}
