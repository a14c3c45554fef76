/** Pages for users who are signed in. */
import type { ShopContext } from '../env.ts'
import { goTo } from './send-page.ts'

/** Calls a handler with the user's id. Visitors are redirected to the sign-in page, with a message that names the page. */
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
