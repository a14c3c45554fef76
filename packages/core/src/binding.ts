// For authors of bindings: the carrier between framework and manager, the sessions of one request, and the guards.
export {
  type AccessGuard,
  type AccessOptions,
  type BoundGuardOptions,
  mountedSession,
  type RecentGuardOptions,
  type SessionGuardOptions,
} from './guards/access-guard.ts'
export { createGuards, type GuardAdapter, type Guards } from './guards/create-guards.ts'
export { type CsrfGuard, type CsrfOptions, type CsrfRequest, csrfField } from './guards/csrf.ts'
export { checkFetch, type FetchCheck } from './guards/csrf-of-fetch-request.ts'
export {
  type Carrier,
  type CarrierMethods,
  createCarrier,
  type RequestCarrier,
  requestCarrier,
} from './http/carrier.ts'
export { parseSetCookie } from './http/cookie.ts'
export { isForwardedHttps } from './http/forwarded.ts'
export { isWebSocketRequest } from './http/upgrade.ts'
export { varyBy } from './http/vary.ts'
export { checkManagers, type NamedManager } from './manager/check-managers.ts'
export { checkIpOption, checkMount, type MountForm } from './manager/check-mount.ts'
export { createRequestSessions, type RequestSessions } from './manager/request-sessions.ts'
export {
  createSessionProperty,
  refuseReplacement,
  refuseTaken,
  type SessionProperty,
} from './manager/session-property.ts'
export { markPassive } from './session/passive.ts'
export { checkCalled } from './util/check-called.ts'
