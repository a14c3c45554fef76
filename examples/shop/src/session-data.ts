/** What this application keeps in a session: declared once, and `session.data` is typed everywhere. */
export {}

declare module '@sojourn/core' {
  interface SessionData {
    visits?: number
    /** How many of each product, by the product's id. */
    cart?: Record<string, number>
    /** An e-mail address that was typed and not saved yet. */
    emailDraft?: string
  }
}
