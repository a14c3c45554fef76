/** Responses to errors. */
import { SessionConflictError, SessionError, SessionStoreError } from '@sojourn/core'
import { layout } from './views/layout.ts'
import { endedPage, errorPage } from './views/notice.ts'

/** An error page. It does not use the session, because that may be what failed. */
export interface ErrorResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
}

/** Returns the response to an error. Logs it if the server is to blame. */
export function responseTo(error: unknown): ErrorResponse {
  const status = statusOf(error)
  if (status >= 500) console.error(error)
  const hasEnded = error instanceof SessionConflictError && error.code === 'ERR_SESSION_ENDED'
  return {
    status,
    headers: error instanceof SessionStoreError ? error.headers : {},
    html: layout(hasEnded ? endedPage('gone') : errorPage(status)),
  }
}

/** Errors of Sojourn and of the frameworks have a status; Fastify calls it `statusCode`. */
function statusOf(error: unknown): number {
  if (error instanceof SessionError) return error.status
  const { status, statusCode } =
    error instanceof Error ? (error as { status?: unknown; statusCode?: unknown }) : {}
  const known = status ?? statusCode
  return typeof known === 'number' ? known : 500
}
