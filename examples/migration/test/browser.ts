/** A person with a browser, and what they were told that their session holds. */
import type { Session, SessionManager } from '@sojourn/core'
import type { Carrier } from '@sojourn/core/binding'

export type Data = Record<string, unknown>
export type Manager = SessionManager<Data>

/** One person. */
export interface Person {
  readonly userId: string
  cookie: string | undefined
  /** A cookie that is still on its way. */
  late: Answer['cookie']
  /** The keys that a response has confirmed. */
  readonly confirmed: Set<string>
}

/** A response: what it says, and the cookie that it carries, if any. */
export interface Answer {
  readonly userId: string | undefined
  readonly cookie: { readonly value: string | undefined } | undefined
}

/** One request, from its load to its response; others go first between the two. */
export async function request(
  manager: Manager,
  cookie: string | undefined,
  { handle, pause }: { handle(session: Session<Data>): unknown; pause?(): Promise<void> },
): Promise<Answer> {
  const { carrier, setCookies } = createCarrier(cookie)
  const session = await manager.load(carrier)
  await pause?.()
  await handle(session)
  const { userId } = session
  await manager.commit(session, carrier)
  return { userId, cookie: cookieAfter(cookie, setCookies) }
}

/** The jar after a response; a session may take up to three cookies. */
function cookieAfter(before: string | undefined, lines: readonly string[]): Answer['cookie'] {
  if (lines.length === 0) return undefined
  const jar = new Map((before?.split('; ') ?? []).map(nameAndValue))
  for (const line of lines) {
    const [name, value] = nameAndValue(line.split(';', 1).join())
    if (/; Max-Age=0\b/.test(line)) jar.delete(name)
    else jar.set(name, value)
  }
  return { value: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') || undefined }
}

function nameAndValue(cookie: string): [name: string, value: string] {
  const at = cookie.indexOf('=')
  return [cookie.slice(0, at), cookie.slice(at + 1)]
}

function createCarrier(cookie: string | undefined): { carrier: Carrier; setCookies: string[] } {
  const headers = new Map<string, string>()
  const setCookies: string[] = []
  const carrier: Carrier = {
    secure: true,
    sent: false,
    header: (name) => (name === 'cookie' ? cookie : undefined),
    get: (name) => headers.get(name.toLowerCase()),
    set: (name, value) => void headers.set(name.toLowerCase(), value),
    append: (name, value) => void (name === 'Set-Cookie' && setCookies.push(value)),
  }
  return { carrier, setCookies }
}
