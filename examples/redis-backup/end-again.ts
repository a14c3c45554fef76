import type { SessionManager } from '@sojourn/core'

/** What `endAgain` has done. */
export interface EndedAgain {
  /** How many sessions were alive again, and are not any more. */
  ended: number
  /** Whether all sessions were ended, because that had been done since the backup. */
  everybody: boolean
}

/**
 * Ends the sessions that a restored backup has brought back, by the log that `logEvents` has written since: lines of JSON
 * with `event` and `id`; others are passed over. Give those from the beginning of the backup on, of all servers.
 *
 * Also ends a session whose token was replaced for a cause, such as a login that confirmed who the user is: its user
 * has a token that the backup does not know, and whoever holds the old one could use it again.
 */
export async function endAgain(
  manager: Pick<SessionManager<object>, 'revoke' | 'revokeEverybody'>,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<EndedAgain> {
  const done = { ended: 0, everybody: false }
  for await (const line of lines) {
    const { event, id, why } = parse(line)
    if (event === 'everybodyRevoked') done.everybody = true
    const isOver = event === 'ended' || (event === 'rotated' && why === 'cause')
    if (isOver && typeof id === 'string' && (await manager.revoke(id))) done.ended++
  }
  if (done.everybody) await manager.revokeEverybody()
  return done
}

/** Reads a line of a log; anything but an object of JSON is empty. */
function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(line))
  } catch {
    return {}
  }
}
