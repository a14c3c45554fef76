import type { ForeignSession, SessionSource, UnreadableRecord } from '@sojourn/migrate'
import { createDataShape, type KeyShape } from './data-shape.ts'
import { type Limits, whyNot } from './judge.ts'
import { createNotes } from './notes.ts'
import { createTally, type Reason } from './tally.ts'
import { createUserFinder, type FoundUsers, likelyUserPaths } from './users.ts'

/** What becomes of the sessions that were looked at. */
export interface Checked {
  /** How many were looked at. */
  readonly read: number
  /** How many would be carried over. */
  readonly carried: number
  /** How many had ended before they were read. */
  readonly ended: number
  /** Why the others would not be carried over. */
  readonly refused: readonly Reason[]
  /** What the data of those that would be carried over is like. */
  readonly data: readonly KeyShape[]
  /** Whom `--user` finds. */
  readonly users?: FoundUsers
  /** Paths that look as if they held the user; none with `--user`. */
  readonly userPaths: readonly string[]
  /** What will be different. */
  readonly notes: readonly string[]
}

/** Looks at sessions, and keeps none of their data. */
export interface SessionCheck {
  /** Counts a session, or what is in its place. */
  add(key: string, found: ForeignSession | UnreadableRecord | undefined): void
  /** Counts what leads to no session. */
  refuse(why: string): void
  checked(): Checked
}

/** Options of `createSessionCheck`. */
export interface CheckOptions {
  readonly source: SessionSource
  readonly limits: Limits
  /** The prefix of the keys, for examples. */
  readonly prefix: string
  /** The path of `--user`. */
  readonly user: string | undefined
}

/** Creates the check of sessions. */
export function createSessionCheck({ source, limits, prefix, user }: CheckOptions): SessionCheck {
  const refused = createTally(prefix)
  const shape = createDataShape()
  const notes = createNotes(limits)
  const finder = user === undefined ? undefined : createUserFinder(user)
  let [read, carried, ended] = [0, 0, 0]

  return {
    add(key, found) {
      read++
      if (!found) {
        ended++
        return
      }
      const why = 'unreadable' in found ? `${found.unreadable}.` : judge(found)
      if ('unreadable' in found || why !== undefined) {
        refused.add(why ?? '', key)
        return
      }
      carried++
      shape.add(found.data)
      notes.add(found)
      finder?.count(found)
    },
    refuse(why) {
      read++
      refused.add(why)
    },
    checked() {
      const data = shape.keys()
      return {
        read,
        carried,
        ended,
        refused: refused.reasons(),
        data,
        ...(finder ? { users: finder.found() } : {}),
        userPaths: finder ? [] : likelyUserPaths(data).map(({ path }) => path),
        notes: notes.texts(),
      }
    },
  }

  function judge(session: ForeignSession): string | undefined {
    const userId = finder?.userId(session.data) ?? source.options.userId?.(session.data)
    return whyNot(session, { limits, userId, at: Date.now() })
  }
}
