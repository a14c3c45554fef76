import { flashKey } from '../flash-key.ts'
import { isObject } from '../json.ts'

/** A session of hono-sessions, as its store or its sealed cookie holds it. */
export interface StoredSession {
  /** What `session.get` returns, by key; flash messages are under the keys of `session.flash`. */
  readonly data: Readonly<Record<string, unknown>>
  /** When it expires, in epoch ms; `undefined` without `expireAfterSeconds`. */
  readonly expiresAt: number | undefined
}

/** Returns the session that the library has stored; `undefined` for anything else, and for one that it has deleted. */
export function readStoredSession(stored: unknown): StoredSession | undefined {
  if (!isObject(stored) || !isObject(stored['_data']) || stored['_delete'] === true)
    return undefined
  const { _expire: expire } = stored
  const expiresAt = expire === null || expire === undefined ? undefined : Date.parse(String(expire))
  if (Number.isNaN(expiresAt)) return undefined
  const entries: [string, unknown][] = []
  for (const [key, entry] of Object.entries(stored['_data'])) {
    if (!isObject(entry)) return undefined
    const { value, flash } = entry
    entries.push([flash ? flashKey(key, value) : key, value])
  }
  return { data: Object.fromEntries(entries), expiresAt }
}
