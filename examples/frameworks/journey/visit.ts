/** What visitors whose browser runs no scripts do in the tests. */
import { ada, createVisitor, type View, type Visitor } from '@sojourn/example-shop/journey/visitor'
import { press } from './form.ts'
import type { Place } from './server.ts'

export const browser = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0' // frameworks do not stream pages to robots
export const cookieShape =
  /^__Host-sid(\.next)?=[\w.-]{80,}; Path=\/;(?=.* HttpOnly(;|$))(?=.* Secure(;|$))(?=.* SameSite=lax(;|$))(?!.*Domain)/i

/** Returns a visitor without a cookie. */
export function arrive({ url }: Pick<Place, 'url'>): Visitor {
  return createVisitor(url, browser)
}

/** Signs Ada in by the form, and returns the page that it leads to. */
export async function signIn(visitor: Visitor): Promise<View> {
  return press(visitor, await visitor.get('/sign-in'), { button: 'Sign in', fields: ada })
}

/** Returns a visitor who is signed in as Ada. */
export async function arriveSignedIn(place: Pick<Place, 'url'>): Promise<Visitor> {
  const visitor = arrive(place)
  await signIn(visitor)
  return visitor
}

/** Puts a product into the cart by a JSON request, as a script does. */
export function put(visitor: Visitor, product: string, headers = {}): Promise<View> {
  const body = JSON.stringify({ product })
  const type = { 'content-type': 'application/json' }
  return visitor.send('/api/cart', { method: 'POST', body, headers: { ...type, ...headers } })
}
