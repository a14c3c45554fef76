import type { SessionInfo } from '@sojourn/core'
import { columns, cutTo } from '../output/columns.ts'
import { wrap } from '../output/table.ts'
import { clientText } from './describe.ts'
import { span } from './times.ts'

const widths = { id: 39, user: 16, seen: 6 }
const gap = 2
/** The client gets what is left of a line. If that is less than this, the id has a line of its own. */
const narrowestClient = 8

/** Makes lines of sessions, one below the other. */
export interface SessionLines {
  readonly head: readonly string[]
  /** Returns the line of a session, or its lines where the terminal is narrow. `now` is in epoch ms. */
  lines(session: SessionInfo, now: number): readonly string[]
}

/** Returns lines that are at most `width` columns wide. The id is whole, to be copied; what follows it is cut off. */
export function sessionLines(width: number): SessionLines {
  const besideId = width - widths.id - gap
  const layOut = besideId < widthOfRest(narrowestClient) ? stacked(width) : inOneLine(besideId)
  return {
    head: layOut('id', ['user', 'seen', 'client']),
    lines: (session, now) =>
      layOut(session.id, [
        session.userId ?? '–',
        span(now - session.lastSeenAt),
        clientText(session),
      ]),
  }
}

type Layout = (id: string, rest: readonly string[]) => readonly string[]

function inOneLine(besideId: number): Layout {
  const join = columns([widths.id, widths.user, widths.seen, besideId - widthOfRest(0)])
  return (id, rest) => [join([id, ...rest])]
}

/** The rest is below the id, indented. */
function stacked(width: number): Layout {
  const join = columns([0, widths.user, widths.seen, 0])
  return (id, rest) => [...wrap(id, width), cutTo(join(['', ...rest]), width)]
}

/** Returns how many columns the user, the time and a client take. */
function widthOfRest(client: number): number {
  return widths.user + gap + widths.seen + gap + client
}
