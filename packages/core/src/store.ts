// For authors of stores. A database implements SessionBackend and is lifted by keyedStore; a store of another kind, such as
// one sealed in its cookie, implements SessionStore with what follows here.
export { createCodec, jsonCodec } from './data/codec.ts'
export { decodeData, sameBytes } from './data/decode.ts'
export type { Format } from './data/format.ts'
export { notEncodable } from './data/not-encodable.ts'
export { checkSize } from './data/size.ts'
export type { Emit } from './events.ts'
export { cookieCapacity } from './http/cookie-chunks.ts'
export { createTimeBudget } from './keyed/deadline.ts'
export { type GuardedBackend, guardBackend } from './keyed/guarded-backend.ts'
export { type KeyedStoreOptions, keyedStore } from './keyed/keyed-store.ts'
export { descendsFrom, type Lineage, nextLineage } from './keyed/rows.ts'
export { saveTimedOut } from './keyed/save.ts'
export { expiryOf, isTouchDue } from './record/expiry.ts'
export type { Keyring } from './record/keyring.ts'
export type { Elevation, SessionRecord, Verifier } from './record/record.ts'
export { createRecord, endReasons, groupOf, rotateRecord } from './record/record.ts'
export { isId, mintId, mintVersion } from './record/token.ts'
export type {
  BackendCall,
  BackendSupports,
  GroupLimit,
  IdentifiedRow,
  InsertOutcome,
  ReplaceOutcome,
  Row,
  SessionBackend,
  Tombstone,
  TouchOutcome,
} from './store/backend.ts'
export { tombstoneMs } from './store/backend.ts'
export { isChange } from './store/changes.ts'
export type { OpenedSession } from './store/opened-session.ts'
export { peek } from './store/peek.ts'
export type {
  Changes,
  CreateOutcome,
  Draft,
  EndOutcome,
  OpenOutcome,
  SaveOutcome,
  SessionStore,
  StoreEnv,
  StorePolicy,
  StoreUsers,
} from './store/store.ts'
export type { ImportedSession, StoreImports } from './store/store-import.ts'
export { check } from './util/check.ts'
export { checkOptions } from './util/check-options.ts'
