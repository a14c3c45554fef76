import type { Session, SessionManager } from '@sojourn/core'
import type { Carrier } from '@sojourn/core/binding'
import { createJar } from './jar.ts'

/** The keys that the cases put into a session. */
export type TestData = Record<string, unknown>

/** One request between its load and its commit. */
export interface Visit {
  readonly session: Session<TestData>
  /** Commits; then the browser has what cookie came back. */
  finish(): Promise<void>
  /** The Set-Cookie lines that the response carried. */
  readonly setCookies: readonly string[]
}

/** A browser with a jar of cookies, whose requests may overlap. */
export interface Visitor {
  /** Its jar, `name=value; …` as the next request sends it; `undefined` when it is empty. */
  cookie: string | undefined
  begin(): Promise<Visit>
  /** A whole request. */
  visit<Result = void>(
    handle?: (session: Session<TestData>) => Result | Promise<Result>,
  ): Promise<Result>
  /** What a request would see: the session's data and user, or `null` where none is alive. */
  peek(): Promise<{ data: TestData; userId: string | undefined } | null>
  /** A browser that holds the same cookie now and goes its own way: a thief, or a request still on its way. */
  copy(): Visitor
}

/** A browser with an empty jar. */
export function createVisitor(manager: SessionManager<TestData>, cookie?: string): Visitor {
  const jar = createJar(cookie)
  const visitor: Visitor = {
    get cookie() {
      return jar.header
    },
    set cookie(header) {
      jar.header = header
    },
    async begin() {
      const { carrier, setCookies } = createCarrier(jar.header)
      const session = await manager.load(carrier)
      const finish = async () => {
        await manager.commit(session, carrier)
        jar.take(setCookies)
      }
      return { session, setCookies, finish }
    },
    async visit<Result>(handle?: (session: Session<TestData>) => Result | Promise<Result>) {
      const { session, finish } = await visitor.begin()
      const result = await handle?.(session)
      await finish()
      return result as Result
    },
    async peek() {
      const { session } = await visitor.begin()
      return session.isNew ? null : { data: { ...session.data }, userId: session.userId }
    },
    copy: () => createVisitor(manager, jar.header),
  }
  return visitor
}

/** A handler that puts keys into the session's data. */
export function put(keys: TestData): (session: Session<TestData>) => void {
  return ({ data }) => {
    Object.assign(data, keys)
  }
}

/** A change for `update` that sets keys of the data. */
export function assign(keys: TestData): (data: TestData) => void {
  return (data) => {
    Object.assign(data, keys)
  }
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
    withdraw: (_name, value) => void setCookies.splice(setCookies.indexOf(value), 1),
  }
  return { carrier, setCookies }
}
