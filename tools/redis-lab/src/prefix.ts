import { randomBytes } from 'node:crypto'

/** Returns an unused prefix that the user `app` has rights to: an empty namespace without a flush. */
export function freshPrefix(): string {
  return `sojourn:${randomBytes(6).toString('hex')}:`
}
