/** What to say when a page cannot be shown. */
import { SessionConflictError, SessionError, SessionStoreError } from '@sojourn/core'
import { layout } from './views/layout.ts'
import { endedPage, errorPage } from './views/notice.ts'

/** An answer in a bare frame: the session may be what failed, so nothing is asked of it. */
export interface TroubleAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
}

/** What is answered to an error; one that is ours to mend is logged. */
export function answerTo(error: unknown): TroubleAnswer {
  const status = statusOf(error)
  if (status >= 500) console.error(error)
  const hasEnded = error instanceof SessionConflictError && error.code === 'ERR_SESSION_ENDED'
  return {
    status,
    headers: error instanceof SessionStoreError ? error.headers : {},
    html: layout(hasEnded ? endedPage('gone') : errorPage(status)),
  }
}

/** Sojourn's errors know their status, and so do those of the frameworks; Fastify calls it `statusCode`. */
function statusOf(error: unknown): number {
  if (error instanceof SessionError) return error.status
  const { status, statusCode } =
    error instanceof Error ? (error as { status?: unknown; statusCode?: unknown }) : {}
  const known = status ?? statusCode
  return typeof known === 'number' ? known : 500
}
