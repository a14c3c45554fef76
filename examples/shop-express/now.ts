/** One moment for a whole page: everything on it is told from when the request came. */
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

/** Notes the moment for the views. A test brings a clock of its own. */
export function noteTime(clock: Clock) {
  return (_req: Request, res: Response, next: NextFunction) => {
    res.locals.now = clock()
    next()
  }
}
