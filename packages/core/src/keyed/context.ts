import type { KeyObject } from 'node:crypto'
import type { Codec } from '../data/codec.ts'
import type { SessionRecord } from '../record/record.ts'
import type { StoreEnv } from '../store/store.ts'
import type { GuardedBackend } from './guarded-backend.ts'
import type { KeyedRows } from './rows.ts'

/** What the operations of one keyed store share. */
export interface KeyedContext {
  readonly backend: GuardedBackend
  readonly rows: KeyedRows
  /** The codec that writes data. */
  readonly codec: Codec
  readonly env: StoreEnv
  /** The keys that sign tokens: the first signs, all verify. */
  readonly keys: readonly KeyObject[]
  /** Returns the token for a record and one of its secrets. */
  readonly tokenOf: (record: Pick<SessionRecord, 'id'>, secret: string) => string
}
