import type { Session, SessionManager } from '@sojourn/core'
import { createTestCarrier, type TestCarrier, type TestCarrierOptions } from '@sojourn/core/testing'
import { createJar, type Jar } from './jar.ts'

/** The data that the cases put into a session. */
export type TestData = Record<string, unknown>

/** One request between its load and its commit. */
export interface PendingRequest<Data extends object = TestData> {
  readonly session: Session<Data>
  readonly carrier: TestCarrier
  /** The Set-Cookie lines of the response. The array is live: it fills when the request commits. */
  readonly setCookies: readonly string[]
  /** Commits the session and puts the response's cookies into the visitor's jar, even if the commit fails. */
  finish(): Promise<void>
}

/** What requests show of the client that makes them. */
export type Client = Pick<TestCarrierOptions, 'headers' | 'ip'>

/** A browser with a cookie jar, whose requests may overlap. */
export interface Visitor<Data extends object = TestData> {
  /** The jar as the next Cookie header, `name=value; …`; `undefined` if it is empty. */
  cookie: string | undefined
  /** Loads the session of a new request. */
  begin(): Promise<PendingRequest<Data>>
  /** Makes a whole request: loads, calls `handle`, commits. Returns what `handle` returned. */
  request<Result = void>(
    handle?: (session: Session<Data>) => Result | Promise<Result>,
  ): Promise<Result>
  /** Loads the session without committing it. Returns its data and user, or `null` if none is alive. */
  read(): Promise<{ data: Data; userId: string | undefined } | null>
  /**
   * Returns a visitor with a copy of the jar, such as a thief or a second tab whose cookies arrive late. `client` is what
   * its requests show of it. @default what the requests of this visitor show
   */
  copy(client?: Client): Visitor<Data>
  /** Returns this visitor, with the same jar, on another server. */
  at(manager: SessionManager<Data>): Visitor<Data>
}

/**
 * Returns a browser whose requests go to one manager, without a framework or a server.
 *
 * @param cookie The Cookie header that its jar starts with.
 * @example
 * ```ts
 * import { createVisitor } from '@sojourn/conformance/testing'
 *
 * const ann = createVisitor(manager)
 * await ann.request((session) => session.login('ann'))
 * const slow = await ann.copy().begin()
 * await ann.request((session) => session.destroy())
 * slow.session.data.late = true
 * await slow.finish()
 * console.log(await ann.read()) // null
 * ```
 */
export function createVisitor<Data extends object = TestData>(
  manager: SessionManager<Data>,
  cookie?: string,
): Visitor<Data> {
  return visitorWith(manager, createJar(cookie), {})
}

function visitorWith<Data extends object>(
  manager: SessionManager<Data>,
  jar: Jar,
  client: Client,
): Visitor<Data> {
  const visitor: Visitor<Data> = {
    get cookie() {
      return jar.header
    },
    set cookie(header) {
      jar.header = header
    },
    async begin() {
      const carrier = createTestCarrier({ ...client, cookie: jar.header })
      const session = await manager.load(carrier)
      const { setCookies } = carrier
      const finish = async () => {
        try {
          await manager.commit(session, carrier)
        } finally {
          jar.take(setCookies)
        }
      }
      return { session, carrier, setCookies, finish }
    },
    async request<Result>(handle?: (session: Session<Data>) => Result | Promise<Result>) {
      const { session, finish } = await visitor.begin()
      const result = await handle?.(session)
      await finish()
      return result as Result // `void` where no handler was given
    },
    async read() {
      const { session } = await visitor.begin()
      return session.isNew ? null : { data: { ...session.data }, userId: session.userId }
    },
    copy: (other = client) => visitorWith(manager, createJar(jar.header), other),
    at: (other) => visitorWith(other, jar, client),
  }
  return visitor
}

/** Returns a handler that assigns keys to the session's data. */
export function put(keys: TestData): (session: Session<TestData>) => void {
  return ({ data }) => {
    Object.assign(data, keys)
  }
}

/** Returns a change for `session.update` that assigns keys to the data. */
export function assign(keys: TestData): (data: TestData) => void {
  return (data) => {
    Object.assign(data, keys)
  }
}
