import { SessionDataError, SessionError, SessionStoreError } from '../errors.ts'
import type { SessionConfig } from '../options/resolve-config.ts'

/** Returns `SessionManager.reportError`. */
export function createErrorReport({
  development,
  warn,
}: Pick<SessionConfig, 'development' | 'warn'>): (error: unknown) => void {
  const reported = new Set<string>()
  return (error) => {
    if (!(error instanceof SessionError)) return
    const { status, code, message } = error
    if (!development && status < 500) return // anybody can cause those, as often as they like
    const hasDetail = error instanceof SessionStoreError || error instanceof SessionDataError
    const text = hasDetail ? error.detail : message
    const cause = development ? text : code // messages may hold ids, so their number has no limit
    if (reported.has(cause)) return
    reported.add(cause)
    warn(`Session error, reported once: ${status} ${code}: ${text}`, error)
  }
}
