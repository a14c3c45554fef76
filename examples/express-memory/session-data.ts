/** What this application keeps in a session: declared once, and `session.data` is typed everywhere. */

/** How many of each product, by the product's id. */
export type Cart = Record<string, number>

declare module '@sojourn/core' {
  interface SessionData {
    visits?: number
    cart?: Cart
  }
}
