import type { OpenedSession } from '@sojourn/core/store'
import type { ForeignMigration } from '../foreign/context.ts'
import type { Links } from './links.ts'
import type { OldRecords } from './old-records.ts'
import type { SharedTexts } from './shared-texts.ts'

/** A migration while old and new servers run side by side, made for one manager, and what its operations share. */
export interface BridgeContext extends ForeignMigration {
  readonly records: OldRecords
  readonly texts: SharedTexts
  readonly links: Links
  /** The old record of each session that was opened here, as it was read or written last. */
  readonly known: WeakMap<OpenedSession, KnownRecord>
}

/** An old record as it was read or written. */
export interface KnownRecord {
  readonly key: string
  readonly text: string
  readonly fields: object
}
