/** Pages for visitors whose session was ended, on this device or from another. */
import type { SessionManager } from '@sojourn/core'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { Hono, type Next } from 'hono'
import { deleteCookie } from 'hono/cookie'
import type { ShopContext, ShopEnv } from '../env.ts'
import { goTo, sendPage } from './send-page.ts'

export function endedRoutes({ cookieName }: SessionManager) {
  return new Hono<ShopEnv>().post('/start-afresh', startAfresh)

  /** Deletes the cookie of the ended session. Only a click may: a late response could delete the cookie of a new login. */
  function startAfresh(c: ShopContext) {
    if (c.get('session').ended) deleteCookie(c, cookieName)
    return goTo(c, '/')
  }
}

/** Shows why the session ended, instead of the page: nothing can be saved in it, so the click would be lost. */
export async function sayWhyEnded(c: ShopContext, next: Next) {
  const { ended } = c.get('session')
  if (!ended) return next()
  return sendPage(c, () => endedPage(ended), 401)
}
