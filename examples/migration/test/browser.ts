/** A person with a browser, and the data that responses have confirmed. */
import { createJar, createTestCarrier } from '@sojourn/conformance/testing'
import type { Session, SessionManager } from '@sojourn/core'

export type Data = Record<string, unknown>
export type Manager = SessionManager<Data>

/** One person. */
export interface Person {
  readonly userId: string
  cookie: string | undefined
  /** A cookie that has not arrived yet. */
  late: Reply['cookie']
  /** The keys that a response has confirmed. */
  readonly confirmed: Set<string>
}

/** A response: the user it was made for, and the jar after its cookies, if it has any. */
export interface Reply {
  readonly userId: string | undefined
  readonly cookie: { readonly value: string | undefined } | undefined
}

/** Makes one request. `pause` lets other requests run between its load and its handler. */
export async function request(
  manager: Manager,
  cookie: string | undefined,
  { handle, pause }: { handle(session: Session<Data>): unknown; pause?(): Promise<void> },
): Promise<Reply> {
  const carrier = createTestCarrier({ cookie })
  const session = await manager.load(carrier)
  await pause?.()
  await handle(session)
  const { userId } = session
  await manager.commit(session, carrier)
  if (carrier.setCookies.length === 0) return { userId, cookie: undefined }
  const jar = createJar(cookie) // a session may take up to three cookies
  jar.take(carrier.setCookies)
  return { userId, cookie: { value: jar.header } }
}
