export { nodeCarrier } from './carrier.ts'
export type { Before } from './commits.ts'
export { beforeHeaders } from './held-response.ts'
export { type Handler, type SessionsOptions, sessions } from './sessions.ts'
