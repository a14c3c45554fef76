/** Pages for those who are signed in. */
import type { Request, Response } from 'express'

/** Hands the user's id to a handler; whoever is not signed in is asked to, `what for`. */
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
