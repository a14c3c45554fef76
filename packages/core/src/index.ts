export {
  type AccessGuard,
  type AccessOptions,
  createRecentGuard,
  createSessionGuard,
  mountedSession,
} from './access-guard.ts'
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
} from './backend.ts'
export { tombstoneMs } from './backend.ts'
export {
  type Carrier,
  type CarrierParts,
  createCarrier,
  type HeadersLike,
  type RequestCarrier,
  requestCarrier,
} from './carrier.ts'
export { cookieCapacity } from './chunks.ts'
export { type Clock, systemClock } from './clock.ts'
export { type Codec, createCodec, type Format, jsonCodec } from './codec.ts'
export type { CookieOptions } from './cookie.ts'
export {
  type CsrfGuard,
  type CsrfOptions,
  type CsrfRequest,
  createCsrfGuard,
  csrfField,
} from './csrf.ts'
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
export type { Flash } from './flash.ts'
export { type KeyedStoreOptions, keyedStore } from './keyed-store.ts'
export { type Keyring, type Secret, secretFromFile } from './keyring.ts'
export type { LoginOptions } from './login-options.ts'
export { createSessionManager, type SessionManager } from './manager.ts'
export type { MergeKey } from './merge.ts'
export { type MigrationOptions, migrateStore } from './migrate-store.ts'
export { notEncodable } from './not-encodable.ts'
export type { ConfigOptions, SessionLimit, SessionOptions } from './options.ts'
export { defaultConfig, devConfig, nist } from './presets.ts'
export type {
  ClientInfo,
  Elevation,
  EndReason,
  SessionId,
  SessionRecord,
  Verifier,
} from './record.ts'
export { endReasons, groupOf } from './record.ts'
export { returnPath } from './redirect.ts'
export { varyBy } from './response-headers.ts'
export type { Session, SessionData } from './session.ts'
export type { SessionInfo } from './session-info.ts'
export type { Ended } from './state.ts'
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
} from './store.ts'
export type { Arrival, StoreArrivals } from './store-arrivals.ts'
export type { Duration } from './timeouts.ts'
export type { TokenIn, TokenWays } from './token-in.ts'
export type { Watch } from './watch.ts'
