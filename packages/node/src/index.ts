export { nodeCarrier } from './carrier.ts'
export type { BeforeHeaders } from './commits.ts'
export { type DeviceRequest, deviceResponse } from './device-routes.ts'
export { csrf, requireBound, requireRecent, requireSession } from './guards.ts'
export { beforeHeaders } from './held-response.ts'
export type { NodeRequest, NodeResponse } from './http2.ts'
export {
  type Exposure,
  exposeSession,
  type MountedSession,
  type MountOptions,
  mountSession,
  sessionOf,
} from './mount-session.ts'
export { type Handler, type SessionsOptions, sessions } from './sessions.ts'
