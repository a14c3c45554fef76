/** What happens to those whose session somebody ended, on this device or from another. */
import type { SessionManager } from '@sojourn/core'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { Hono, type Next } from 'hono'
import { deleteCookie } from 'hono/cookie'
import type { ShopContext, ShopEnv } from '../env.ts'
import { goTo, sendPage } from './send-page.ts'

export function endedRoutes({ cookieName }: SessionManager) {
  return new Hono<ShopEnv>().post('/start-afresh', startAfresh)

  /** Only a click drops the dead cookie: a late response that did might drop that of a new login. */
  function startAfresh(c: ShopContext) {
    if (c.get('session').ended) deleteCookie(c, cookieName)
    return goTo(c, '/')
  }
}

/** An ended session keeps nothing and accepts only a login: say why, before a click is lost. */
export async function sayWhyEnded(c: ShopContext, next: Next) {
  const { ended } = c.get('session')
  if (!ended) return next()
  return sendPage(c, () => endedPage(ended), 401)
}
