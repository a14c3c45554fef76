/** The time of a request. All times on its page are relative to it. */
import type { Clock } from '@sojourn/core'
import type { NextFunction, Request, Response } from 'express'

declare global {
  namespace Express {
    interface Locals {
      /** When the request came, epoch ms. */
      now: number
    }
  }
}

/** Notes the time for the views. Tests pass a clock of their own. */
export function noteTime(clock: Clock) {
  return (_req: Request, res: Response, next: NextFunction) => {
    res.locals.now = clock()
    next()
  }
}
