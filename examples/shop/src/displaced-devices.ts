/** The devices that a login signs out, because the user has as many as allowed. */
import type { SessionInfo, SessionManager } from '@sojourn/core'
import { fromNow } from './views/words.ts'

/** Calls `logIn`, and returns the devices of the user that it signed out. */
export async function displacedBy(
  logIn: () => Promise<unknown>,
  { manager, userId }: { readonly manager: SessionManager; readonly userId: string },
): Promise<readonly SessionInfo[]> {
  const before = await manager.sessions(userId)
  await logIn()
  const live = new Set((await manager.sessions(userId)).map(({ id }) => id))
  return before.filter(({ id }) => !live.has(id))
}

/** Returns the message for the user, such as `Safari on iPhone was signed out, …`. */
export function displacedMessage(
  { client, createdAt, lastSeenAt }: SessionInfo,
  now: number,
): string {
  const device = client['name'] ?? 'An unknown device'
  const times = `signed in ${fromNow(createdAt, now)}, last seen ${fromNow(lastSeenAt, now)}`
  return `${device} (${times}) was signed out: three devices are the limit.`
}
