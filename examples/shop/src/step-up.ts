/** Step-up: when and where to ask for the password, and where one may go on. */
import { SessionAccessError } from '@sojourn/core'

/** Where one may go on. A path from an address counts only if it is here, so that no link leads away. */
const destinations: ReadonlySet<unknown> = new Set(['/account/email'])

/** Whether an error is that of `requireRecent`; a password does not help against others, such as that of `csrf()`. */
export function asksForPassword(error: unknown): boolean {
  return error instanceof SessionAccessError && error.code === 'ERR_SESSION_NOT_RECENT'
}

/** Where the password is asked for before one goes on to `goal`. */
export function questionBefore(goal: string): string {
  return `/confirm?goal=${goal}`
}

/** The path that an address or a form names as the goal, if one may go there. */
export function destinationOf(goal: unknown): string {
  return destinations.has(goal) ? String(goal) : '/account'
}
