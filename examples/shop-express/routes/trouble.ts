/** Error pages. */
import { responseTo } from '@sojourn/example-shop/trouble'
import { notFoundPage } from '@sojourn/example-shop/views/notice'
import type { NextFunction, Request, Response } from 'express'
import { sendPage } from './send-page.ts'

export function notFound(req: Request, res: Response) {
  sendPage(req, res.status(404), notFoundPage)
}

export function showError(error: unknown, _req: Request, res: Response, next: NextFunction) {
  if (res.headersSent) return next(error)
  const { status, headers, html } = responseTo(error)
  res.status(status).set(headers).send(html)
}
