// For authors of bindings: the carrier that a manager loads from and commits to, and the guards that every binding offers.
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
export { checkFetch, type FetchCheck } from './guards/csrf-fetch.ts'
export {
  type Carrier,
  type CarrierMethods,
  createCarrier,
  type RequestCarrier,
  requestCarrier,
} from './http/carrier.ts'
export { parseSetCookie } from './http/cookie.ts'
export { varyBy } from './http/vary.ts'
export { createRequestSessions, type RequestSessions } from './manager/request-sessions.ts'
export { checkManager } from './util/check.ts'
