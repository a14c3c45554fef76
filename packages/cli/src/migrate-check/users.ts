import { TextSet } from '@sojourn/core/store'
import type { ForeignSession } from '@sojourn/migrate'
import type { KeyShape } from './data-shape.ts'

/** Whom a path finds. */
export interface FoundUsers {
  readonly path: string
  /** Sessions that have a user there. */
  readonly sessions: number
  readonly users: number
  /** Sessions that have none. */
  readonly anonymous: number
}

/** Finds the user of sessions at a path of their data. */
export interface UserFinder {
  /** Returns what is at the path; `undefined` if there is nothing. */
  userId(data: object): unknown
  count(session: ForeignSession): void
  found(): FoundUsers
}

/** Creates the finder for a path such as `passport.user`. */
export function createUserFinder(path: string): UserFinder {
  const users = new TextSet()
  let [sessions, anonymous] = [0, 0]
  const userId = (data: object) => path.split('.').reduce<unknown>(ownProperty, data)
  return {
    userId,
    count({ data }) {
      const user = userId(data)
      if (user === undefined || user === null) anonymous++
      else {
        sessions++
        users.add(String(user))
      }
    },
    found: () => ({ path, sessions, users: users.size, anonymous }),
  }
}

function ownProperty(holder: unknown, key: string): unknown {
  return Object.hasOwn(Object(holder), key) ? Object(holder)[key] : undefined
}

const likelyPath =
  /^(user|account|member|uid|passport\.user|(user|account|member|passport)[._]?(id|_id|uid|sub|name|email))$/i

/** Returns the paths that look as if they held the user, the most frequent first. */
export function likelyUserPaths(keys: readonly KeyShape[]): readonly KeyShape[] {
  return keys
    .filter(({ path, types }) => likelyPath.test(path) && (types['text'] || types['number']))
    .toSorted((a, b) => b.sessions - a.sessions)
}
