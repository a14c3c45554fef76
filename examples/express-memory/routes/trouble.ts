/** What to say when a page cannot be shown. */
import { SessionConflictError, SessionError, SessionStoreError } from '@sojourn/core'
import type { NextFunction, Request, Response } from 'express'
import { layout } from '../views/layout.ts'
import { endedPage, errorPage, notFoundPage } from '../views/notice.ts'
import { sendPage } from './send-page.ts'

export function notFound(req: Request, res: Response) {
  sendPage(req, res.status(404), notFoundPage)
}

/** Shows an error in a bare frame: the session may be what failed, so nothing is asked of it. */
export function showError(error: unknown, _req: Request, res: Response, next: NextFunction) {
  if (res.headersSent) return next(error)
  const status = statusOf(error)
  if (status >= 500) console.error(error)
  if (error instanceof SessionStoreError) res.set(error.headers)
  const hasEnded = error instanceof SessionConflictError && error.code === 'ERR_SESSION_ENDED'
  res.status(status).send(layout(hasEnded ? endedPage('gone') : errorPage(status)))
}

/** Sojourn's errors know their status, and so do those of Express. */
function statusOf(error: unknown): number {
  if (error instanceof SessionError) return error.status
  const { status } = error instanceof Error ? (error as { status?: unknown }) : {}
  return typeof status === 'number' ? status : 500
}
