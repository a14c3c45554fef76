/** A visitor whose browser runs no scripts, and what they do here. */
import { ada, createVisitor, type View, type Visitor } from '@sojourn/example-shop/journey/visitor'
import { press } from './form.ts'
import type { Place } from './server.ts'

export const browser = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0' // for robots no page is streamed
export const cookieShape =
  /^__Host-sid=[\w.-]{80,}; Path=\/;(?=.* HttpOnly(;|$))(?=.* Secure(;|$))(?=.* SameSite=lax(;|$))(?!.*Domain)/i

/** Somebody who has no cookie yet. */
export function arrive({ url }: Place): Visitor {
  return createVisitor(url, browser)
}

/** Signs Ada in by the form, and answers the page that it leads to. */
export async function signIn(visitor: Visitor): Promise<View> {
  return press(visitor, await visitor.get('/sign-in'), { button: 'Sign in', fields: ada })
}

/** Ada, signed in. */
export async function arriveSignedIn(place: Place): Promise<Visitor> {
  const visitor = arrive(place)
  await signIn(visitor)
  return visitor
}

/** Puts a product into the cart as a script does. */
export function put(visitor: Visitor, product: string, headers = {}): Promise<View> {
  const body = JSON.stringify({ product })
  const type = { 'content-type': 'application/json' }
  return visitor.send('/api/cart', { method: 'POST', body, headers: { ...type, ...headers } })
}
