export { type Codec, createCodec, type Format, jsonCodec } from './data/codec.ts'
export type { MergeKey } from './data/merge.ts'
export { notEncodable } from './data/not-encodable.ts'
export {
  SessionAccessError,
  SessionConflictError,
  SessionError,
  type SessionErrorCode,
  SessionLimitError,
  SessionStoreError,
  SessionUsageError,
} from './errors.ts'
export type { DiscardReason, Emit, SessionEvents } from './events.ts'
export {
  type AccessGuard,
  type AccessOptions,
  createRecentGuard,
  createSessionGuard,
  mountedSession,
} from './guards/access-guard.ts'
export {
  type CsrfGuard,
  type CsrfOptions,
  type CsrfRequest,
  createCsrfGuard,
  csrfField,
} from './guards/csrf.ts'
export { returnPath } from './guards/redirect.ts'
export {
  type Carrier,
  type CarrierParts,
  createCarrier,
  type HeadersLike,
  type RequestCarrier,
  requestCarrier,
} from './http/carrier.ts'
export type { CookieOptions } from './http/cookie.ts'
export { cookieCapacity } from './http/cookie-chunks.ts'
export type { TokenIn, TokenWays } from './http/transports.ts'
export { type KeyedStoreOptions, keyedStore } from './keyed/keyed-store.ts'
export { createSessionManager, type SessionManager } from './manager/manager.ts'
export { type MigrationOptions, migrateStore } from './migrate/migrate-store.ts'
export type { LoginOptions } from './options/login-options.ts'
export type { ConfigOptions, SessionLimit, SessionOptions } from './options/options.ts'
export { defaultConfig, devConfig, nist } from './options/presets.ts'
export type { Duration } from './record/expiry.ts'
export { type Keyring, type Secret, secretFromFile } from './record/keyring.ts'
export type {
  ClientInfo,
  Elevation,
  EndReason,
  SessionId,
  SessionRecord,
  Verifier,
} from './record/record.ts'
export { endReasons, groupOf } from './record/record.ts'
export type { Flash } from './session/flash.ts'
export { varyBy } from './session/send-headers.ts'
export type { Session, SessionData } from './session/session.ts'
export type { Ended } from './session/state.ts'
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
export type { SessionInfo } from './store/session-info.ts'
export type {
  Changes,
  Creation,
  Draft,
  Ending,
  Opened,
  Opening,
  ReplayPolicy,
  Saving,
  SessionStore,
  StoreEnv,
  StoreFactory,
  StorePolicy,
  StoreSupports,
  StoreUsers,
} from './store/store.ts'
export type { Arrival, StoreArrivals } from './store/store-import.ts'
export { type Clock, systemClock } from './util/clock.ts'
export type { Watch } from './watch/watch.ts'
