/** A cart in the session data. The functions take the data, so that `session.update` can call them. */
import type { SessionData } from '@sojourn/core'
import { type Product, products } from './products.ts'

/** A product in the cart, and how many of it. */
export interface CartLine {
  readonly product: Product
  readonly count: number
}

/** Puts one more of a product into the cart. */
export function addToCart(data: SessionData, { id }: Product): void {
  const { cart = {} } = data
  data.cart = { ...cart, [id]: (cart[id] ?? 0) + 1 }
}

/** Takes one of a product out. Deletes the cart with its last product, so that an empty cart stores nothing. */
export function takeFromCart(data: SessionData, { id }: Product): void {
  const { [id]: count = 0, ...others } = data.cart ?? {}
  const cart = count > 1 ? { ...data.cart, [id]: count - 1 } : others
  if (Object.keys(cart).length > 0) data.cart = cart
  else delete data.cart
}

/** Returns the cart's lines, in the order of the shop. */
export function linesOf({ cart = {} }: SessionData): readonly CartLine[] {
  return products
    .map((product) => ({ product, count: cart[product.id] ?? 0 }))
    .filter(({ count }) => count > 0)
}

/** Returns the number of things in the cart. */
export function countOf(data: SessionData): number {
  return linesOf(data).reduce((sum, { count }) => sum + count, 0)
}

/** Returns the total price, in euros. */
export function totalOf(data: SessionData): number {
  return linesOf(data).reduce((sum, { product, count }) => sum + count * product.price, 0)
}
