import { type SessionId, SessionUsageError } from '@sojourn/core'
import { groupOf } from '@sojourn/core/store'

/**
 * Where things lie in Redis:
 *
 * | key                       | is                                                     |
 * |---------------------------|--------------------------------------------------------|
 * | `<prefix>{group}:handle`  | a string: the row of a session, or its tombstone       |
 * | `<prefix>{group}`         | a sorted set: each handle of the group, by `expiresAt` |
 *
 * The braces make a group one hash slot, so that a script that touches it is atomic on a Cluster too.
 */
export interface Layout {
  /** The key of a group's index. */
  indexOf(group: string): string
  /** The key of a row or tombstone. */
  keyOf(id: SessionId): string
  /** The id whose row lies at a key that matched `pattern`. */
  idAt(key: string): SessionId
  /** The id of a member of a group's index. */
  idIn(group: string, handle: string): SessionId
  /** Matches the key of every row and nothing else, given what the client puts before keys. */
  pattern(keyPrefix: string): string
}

/** The layout below a prefix. */
export function createLayout(prefix: string): Layout {
  const indexOf = (group: string) => `${prefix}{${encode(group) || nothing}}`
  return {
    indexOf,
    keyOf: (id) => `${indexOf(groupOf(id))}:${handleOf(id)}`,
    idAt(key) {
      const end = key.indexOf('}:', prefix.length)
      const group = key.slice(prefix.length + 1, end)
      return joinId(group === nothing ? '' : decode(group), key.slice(end + 2))
    },
    idIn: joinId,
    pattern: (keyPrefix) => `${escapeGlob(keyPrefix + prefix)}{*}:*`,
  }
}

/** The handle of an id as it stands in its key and in the index of its group. */
export function handleOf(id: SessionId): string {
  const group = groupOf(id)
  return group === id ? nothing : encode(id.slice(group.length + 1))
}

/**
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for a prefix with braces: Redis Cluster would take what they enclose for
 * the hash tag and keep all sessions in one slot.
 */
export function checkPrefix(prefix: string, name: string): string {
  if (typeof prefix === 'string' && !/[{}]/.test(prefix)) return prefix
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `The ${name} of the Redis store must be a string without braces: on a Cluster they would put all sessions in one slot. ` +
      "Take another, such as 'sojourn:'.",
  )
}

/** Stands where there is nothing: an empty group, or the handle of an id without a dot. No escape is a bare `%`. */
const nothing = '%'

/** Braces would end the hash tag; half a surrogate pair has no UTF-8, and two of them would meet in one key. */
function encode(word: string): string {
  return word.replace(
    /[%{}\p{Surrogate}]/gu,
    (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function decode(word: string): string {
  return word.replace(/%([0-9a-f]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function joinId(group: string, handle: string): SessionId {
  return handle === nothing ? group : `${group}.${decode(handle)}`
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, '\\$&')
}
