import { randomBytes } from 'node:crypto'

/** A prefix that nobody used before, among the keys that the user `app` may touch: an empty namespace, without a flush. */
export function freshPrefix(): string {
  return `sojourn:${randomBytes(6).toString('hex')}:`
}
