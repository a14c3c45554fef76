/** Pages for users who are signed in. */
import type { Request, Response } from 'express'

/** Calls a handler with the user's id. Visitors are redirected to the sign-in page, with a message that names the page. */
export function forUser(
  what: string,
  handle: (userId: string, req: Request, res: Response) => void | Promise<void>,
) {
  return async (req: Request, res: Response) => {
    const { userId, flash } = req.session
    if (userId !== undefined) return handle(userId, req, res)
    flash.add('info', `Sign in to see your ${what}.`)
    res.redirect(303, '/sign-in')
  }
}
