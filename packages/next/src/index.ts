export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export {
  csrf,
  type Guard,
  requireBound,
  requireRecent,
  requireSession,
  type WithSession,
} from '@sojourn/web'
export type { HandleProxy, ProxyOptions } from './proxy.ts'
export { type NextSessions, type NextSessionsOptions, sessions } from './sessions.ts'
export { shareManager } from './share-manager.ts'
