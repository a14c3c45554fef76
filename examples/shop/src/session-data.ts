/** The type of the session data. It is declared once, and `session.data` has it everywhere. */
export {}

declare module '@sojourn/core' {
  interface SessionData {
    visits?: number
    /** The number of each product, by the product's id. */
    cart?: Record<string, number>
    /** An e-mail address that was typed but is not saved yet. */
    emailDraft?: string
    /** The clicks of the experiment on the home page. */
    clicks?: number
  }
}
