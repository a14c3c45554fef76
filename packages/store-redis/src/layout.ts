import { type SessionId, SessionUsageError } from '@sojourn/core'
import { groupOf } from '@sojourn/core/store'

/**
 * Maps session ids to Redis keys and back:
 *
 * | key                       | type       | content                                        |
 * |---------------------------|------------|------------------------------------------------|
 * | `<prefix>{group}:handle`  | string     | the row of a session, or its tombstone         |
 * | `<prefix>{group}`         | sorted set | the handles of the group, scored by `expiresAt` |
 *
 * The braces put a group into one hash slot, so that a script on it is atomic on a Cluster too.
 * @see docs/reference/redis-layout.md, which shows every byte of one stored session.
 */
export interface Layout {
  /** Returns the key of a group's index. */
  indexOf(group: string): string
  /** Returns the key of a row or tombstone. */
  keyOf(id: SessionId): string
  /** Returns the id of the row at a key that matched `pattern`. */
  idAt(key: string): SessionId
  /** Returns the id of a member of a group's index. */
  idIn(group: string, handle: string): SessionId
  /** Returns a glob that matches the keys of all rows and nothing else; `keyPrefix` is what the client adds to keys. */
  pattern(keyPrefix: string): string
}

/** Creates the layout below a prefix. */
export function createLayout(prefix: string): Layout {
  const indexOf = (group: string) => `${prefix}{${escapeName(group) || emptyPlaceholder}}`
  return {
    indexOf,
    keyOf: (id) => `${indexOf(groupOf(id))}:${handleOf(id)}`,
    idAt(key) {
      const end = key.indexOf('}:', prefix.length)
      const group = key.slice(prefix.length + 1, end)
      return joinId(group === emptyPlaceholder ? '' : unescapeName(group), key.slice(end + 2))
    },
    idIn: joinId,
    pattern: (keyPrefix) => `${escapeGlob(keyPrefix + prefix)}{*}:*`,
  }
}

/** Returns the escaped handle of an id, as in its key and in its group's index. */
export function handleOf(id: SessionId): string {
  const group = groupOf(id)
  return group === id ? emptyPlaceholder : escapeName(id.slice(group.length + 1))
}

/**
 * Returns `prefix` if it is a string without braces.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` otherwise: Redis Cluster would use the text between the braces as the
 * hash tag and put all sessions into one slot.
 */
export function checkPrefix(prefix: string, name: string): string {
  if (typeof prefix === 'string' && !/[{}]/.test(prefix)) return prefix
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `The ${name} of the Redis store must be a string without braces: on a Cluster they would put all sessions in one slot. ` +
      "Take another, such as 'sojourn:'.",
  )
}

/**
 * Replaces an empty group, or the handle of an id without a dot. It cannot be an escape: those have four hex digits.
 */
const emptyPlaceholder = '%'

/** Escapes `%`, braces, which would end the hash tag, and lone surrogates, which UTF-8 would all encode as U+FFFD. */
function escapeName(name: string): string {
  return name.replace(
    /[%{}\p{Surrogate}]/gu,
    (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function unescapeName(name: string): string {
  return name.replace(/%([0-9a-f]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function joinId(group: string, handle: string): SessionId {
  return handle === emptyPlaceholder ? group : `${group}.${unescapeName(handle)}`
}

/** Escapes what a glob of Redis, as in `SCAN` and in the ACL, gives a meaning to. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, '\\$&')
}
