/** Step-up: which errors ask for the password, and the pages that it may lead to. */
import { SessionAccessError } from '@sojourn/core'

/** A list, because the goal comes from the URL: a link on another site must not choose where it leads. */
const destinations: ReadonlySet<unknown> = new Set(['/account/email'])

/** Returns whether an error is that of `requireRecent`. A password does not help against others, such as that of `csrf()`. */
export function asksForPassword(error: unknown): boolean {
  return error instanceof SessionAccessError && error.code === 'ERR_SESSION_NOT_RECENT'
}

/** Returns the address of the form that asks for the password and then leads to `goal`. */
export function questionBefore(goal: string): string {
  return `/confirm?goal=${goal}`
}

/** Returns `goal` if it is allowed, else the account page. */
export function destinationOf(goal: unknown): string {
  return destinations.has(goal) ? String(goal) : '/account'
}
