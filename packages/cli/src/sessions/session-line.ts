import type { SessionInfo } from '@sojourn/core'
import { columns } from '../output/columns.ts'
import { clientText } from './describe.ts'
import { span } from './times.ts'

/** The id, the user and the time; the client has the rest of the line. */
const widths = [39, 16, 6]
const restAt = 67

/** Makes lines of sessions, one below the other. */
export interface SessionLines {
  readonly head: string
  /** Returns the line of a session. `now` is in epoch ms. */
  line(session: SessionInfo, now: number): string
}

/** Returns lines that are at most `width` columns wide, 80 at least. */
export function sessionLines(width: number): SessionLines {
  const join = columns([...widths, Math.max(width, 80) - restAt])
  return {
    head: join(['id', 'user', 'seen', 'client']),
    line: (session, now) =>
      join([
        session.id,
        session.userId ?? '–',
        span(now - session.lastSeenAt),
        clientText(session),
      ]),
  }
}
