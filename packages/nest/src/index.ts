export type { SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { CurrentUser, Session } from './decorators.ts'
export {
  csrf,
  Public,
  requireBound,
  requireRecent,
  requireSession,
  SessionGuard,
} from './guards.ts'
export type { NestRequest } from './request.ts'
export { SessionExceptionFilter } from './session-exception-filter.ts'
export { SessionsModule } from './sessions-module.ts'
export {
  type SessionsAsyncOptions,
  type SessionsModuleOptions,
  sessionManagerToken,
} from './sessions-options.ts'
