import type { KeyObject } from 'node:crypto'
import type { Codec } from '../data/codec.ts'
import type { SessionRecord } from '../record/record.ts'
import type { StoreEnv } from '../store/store.ts'
import type { GuardedBackend } from './guarded-backend.ts'
import type { KeyedRows } from './rows.ts'

/** What the operations of one keyed store share. Made once per manager. */
export interface KeyedContext {
  /** The database. All I/O of the store but `close` goes through it. */
  readonly backend: GuardedBackend
  /** Translates between rows and opened sessions. */
  readonly rows: KeyedRows
  /** Encodes the data of every row that is written. */
  readonly codec: Codec
  readonly env: StoreEnv
  /** The keys of token signatures: the first signs, all verify. */
  readonly keys: readonly KeyObject[]
  /** Returns the signed token for a record and one of its secrets. */
  readonly tokenOf: (record: Pick<SessionRecord, 'id'>, secret: string) => string
}
