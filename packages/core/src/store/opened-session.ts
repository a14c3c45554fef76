import type { SessionRecord } from '../record/record.ts'

/** A session as a store opened it, created it or wrote it. To be handed back to the same store. */
export interface OpenedSession {
  readonly record: SessionRecord
  /** Epoch ms of the last touch. */
  readonly touchedAt: number
  /** `data`, encoded by the store's codec. */
  readonly data: Uint8Array
}
