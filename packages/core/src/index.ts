// The entry point for applications. Stores are written with '@sojourn/core/store', bindings with
// '@sojourn/core/binding', tests of applications with '@sojourn/core/testing'.
export type { Codec } from './data/codec.ts'
export type { DataMigration } from './data/data-shape.ts'
export type { MergeKey } from './data/merge.ts'
export type { MisfitReason } from './data/misfit.ts'
export type { DataOf, DataSchema, StandardSchemaV1 } from './data/standard-schema.ts'
export type {
  BindingRefusal,
  DeviceExchange,
  DevicePolicy,
  DeviceProtocol,
  DeviceRoute,
  RouteResponse,
} from './device-binding/protocol.ts'
export {
  SessionAccessError,
  SessionConflictError,
  SessionDataError,
  SessionError,
  type SessionErrorCode,
  SessionLimitError,
  SessionStoreError,
  SessionUsageError,
} from './errors.ts'
export type { DiscardReason, SessionEvent, SessionEventName, SessionEvents } from './events.ts'
export { returnPath } from './guards/redirect.ts'
export type { ClientAddress, HeadersLike } from './http/carrier.ts'
export type { CookieOptions } from './http/cookie.ts'
export type { TokenIn, TokenInList } from './http/transports.ts'
export type { MinuteOfActivity, SessionActivity } from './inspect/activity.ts'
export type { InspectOptions, ScanOptions, SelectSession, SessionScan } from './inspect/scan.ts'
export type {
  KeyOf,
  SessionCounts,
  SessionStats,
  SessionSummary,
  StatsOptions,
  StatsProgress,
} from './inspect/stats-options.ts'
export type { StoredSession } from './inspect/stored-session.ts'
export {
  type EventLogger,
  type LogEventsOptions,
  type LogLevel,
  logEvents,
} from './manager/log-events.ts'
export { createSessionManager, type SessionManager } from './manager/manager.ts'
export type { ActAsOptions } from './options/acting-options.ts'
export type { FactorInput } from './options/factor-options.ts'
export type {
  FingerprintFunction,
  FingerprintOptions,
  FingerprintPart,
  MismatchPolicy,
} from './options/fingerprint.ts'
export type { LoginOptions } from './options/login-options.ts'
export type {
  ActingOptions,
  ConfigOptions,
  SecurityStamp,
  SessionLimit,
  SessionOptions,
} from './options/options.ts'
export { defaultConfig, devConfig, envConfig, nist } from './options/presets.ts'
export type { DeviceAlgorithm, DeviceBinding } from './record/device-binding.ts'
export type { Factor } from './record/factors.ts'
export type { ClientInfo, EndReason, SessionId } from './record/record.ts'
export type { Secret } from './record/secret.ts'
export type { Flash } from './session/flash.ts'
export type { BoundOptions, RecentOptions } from './session/require.ts'
export type { Session, SessionData } from './session/session.ts'
export type { DeviceBindingStatus, Ended } from './session/state.ts'
export type { ListedSession, SessionInfo } from './store/session-info.ts'
export type { ReplayPolicy, StoreFactory, StoreSupports } from './store/store.ts'
export type { BackendOperation, SessionTracer, TracedOperation } from './tracing.ts'
export type { Clock } from './util/clock.ts'
export type { Duration } from './util/duration.ts'
export type { Watch } from './watch/watch.ts'
