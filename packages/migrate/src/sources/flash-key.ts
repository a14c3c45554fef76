import { createHash } from 'node:crypto'

/**
 * Returns the key of `session.data` for a flash message of another library. It is the same each time, so that parallel
 * requests import the same; `session.flash` does not interpret what follows the last colon.
 */
export function flashKey(type: string, message: unknown): string {
  const text = JSON.stringify(message) ?? ''
  return `flash:${type}:${createHash('sha256').update(text).digest('base64url').slice(0, 8)}`
}
