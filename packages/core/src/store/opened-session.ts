import type { SessionRecord } from '../record/record.ts'

/** A session as a store opened, created or saved it. Only the store that returned the object may be given it again. */
export interface OpenedSession {
  readonly record: SessionRecord
  /** When the session was last touched, in epoch ms. */
  readonly touchedAt: number
  /** `session.data`, encoded by the store's codec. */
  readonly data: Uint8Array
}
