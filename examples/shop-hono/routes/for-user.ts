/** Pages for those who are signed in. */
import type { ShopContext } from '../env.ts'
import { goTo } from './send-page.ts'

/** Hands the user's id to a handler; whoever is not signed in is asked to, `what for`. */
export function forUser(
  what: string,
  handle: (userId: string, c: ShopContext) => Response | Promise<Response>,
) {
  return (c: ShopContext) => {
    const { userId, flash } = c.get('session')
    if (userId !== undefined) return handle(userId, c)
    flash.add('info', `Sign in to see your ${what}.`)
    return goTo(c, '/sign-in')
  }
}
