// For authors of stores. There are two ways:
//
// - Implement SessionBackend, rows by id in a database, and make a store of it with keyedStore().
// - Implement SessionStore, sessions by token, as @sojourn/store-cookie does for sessions that are sealed in their cookies.
//
// Types that applications use too, such as StoreFactory, Codec, SessionId and EndReason, are exported by '@sojourn/core'.

// SessionBackend: the contract of a database, and keyedStore(), which makes a store of it.

export { type KeyedStoreOptions, keyedStore } from './keyed/keyed-store.ts'
export { endReasons, groupOf } from './record/record.ts'
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

// SessionStore: the contract between a manager and a store of any kind.

export type { Emit } from './events.ts'
export { type Keyring, type Keys, madeOf } from './record/keyring.ts'
export { applyChanges, withDataVersion } from './store/apply-changes.ts'
export type { OpenedSession } from './store/opened-session.ts'
export type {
  Changes,
  CreateOutcome,
  Draft,
  EndOutcome,
  InspectedSession,
  OpenOutcome,
  SaveOutcome,
  SessionStore,
  StoreEnv,
  StoreEpochs,
  StoreInspection,
  StorePolicy,
  StoreUsers,
} from './store/store.ts'
export type { Tracing } from './tracing.ts'

// For a SessionStore: create and rotate records, judge their limits, and size the cookies that carry them.

export { cookieCapacity } from './http/cookie-chunks.ts'
export { changeDeviceBinding, type DeviceBindingChange } from './record/device-binding.ts'
export { expiryOf, isTouchDue } from './record/expiry.ts'
export type { Actor, Elevation, SessionRecord, Verifier } from './record/record.ts'
export { createRecord, rotateRecord } from './record/record.ts'
export type { IdRefusal, SessionIds } from './record/session-ids.ts'
export { isId } from './record/token.ts'
export { isFuture } from './util/clock.ts'

// For a SessionStore: decode and compare data, limit its size, and limit the time of an update().

export { decodeData, sameBytes } from './data/decode.ts'
export { checkSize } from './data/size.ts'
export { withTimeBudget } from './keyed/deadline.ts'
export { joinWindowMs } from './keyed/join-login.ts'
export { saveTimedOut } from './keyed/save.ts'

// For a SessionStore that keeps rows in a backend: deadlines, contract checks and resends, and row versions.

export { type BackendEpochs, createEpochs } from './keyed/epochs.ts'
export { type GuardedBackend, guardBackend } from './keyed/guarded-backend.ts'
export { nextLineage } from './keyed/rows.ts'
export { mintVersion } from './record/token.ts'

// For a SessionStore around other stores, such as that of @sojourn/migrate.

export type {
  ForeignCookieOptions,
  ForeignCookieScope,
  ForeignCookies,
} from './http/foreign-cookies.ts'
export { Deadline, withDeadline } from './keyed/deadline.ts'
export { isChange } from './store/changes.ts'
export { peek } from './store/peek.ts'
export type {
  ClaimedAs,
  ImportClaim,
  ImportClaims,
  ImportedSession,
  StoreImports,
} from './store/store-import.ts'

// Codecs: convert session.data to bytes and back.

export { createCodec, jsonCodec } from './data/codec.ts'
export type { Format } from './data/format.ts'
export { notEncodable } from './data/not-encodable.ts'

// For what visits many sessions: a set of texts in little memory.

export { TextSet } from './util/text-set.ts'

// For the tools of operators: what tokens and stored values hold.

export {
  type ExaminedToken,
  type ExaminedValue,
  examineToken,
  examineValue,
} from './keyed/examine.ts'

// For a backend around other backends, such as that of @sojourn/store-replicated: one write of a session after another.

export { createQueue, type Queue } from './keyed/queue.ts'

// A value that is there at once, or a promise of it.

export { type Awaitable, andThen, orElse, rejectThrown } from './util/and-then.ts'
export { isThenable } from './util/is-thenable.ts'

// Options: check the options of a store function, with the same errors as core.

export { check } from './util/check.ts'
export { checkOptions } from './util/check-options.ts'
export { milliseconds } from './util/duration.ts'
