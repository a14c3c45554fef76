import type { SessionData } from '../session/session.ts'
import type { ManagerContext } from '../session/state.ts'
import { describeSession, type SessionInfo } from '../store/session-info.ts'
import type { InspectedSession } from '../store/store.ts'

/**
 * A session as an operator may see it: what may be shown of it, and its data. The data is decoded when it is first read. It is
 * no property of the object's own, so that neither a log nor `JSON.stringify` shows it by accident. Changes of it are not saved.
 */
export interface StoredSession<Data extends object = SessionData> extends SessionInfo {
  readonly data: Data
}

/** What is thrown by `data` that cannot be decoded. Whoever shows sessions counts it. */
export class UnreadableData extends Error {}

/** Returns what may be shown of a session. */
export function infoOf({ config }: ManagerContext, session: InspectedSession): SessionInfo {
  const { touchInterval, clock } = config
  return describeSession(session, { touchInterval, at: clock() })
}

/** Returns a session with its data. */
export function storedSession<Data extends object>(
  context: ManagerContext,
  session: InspectedSession,
): StoredSession<Data> {
  return Object.assign(new WithData(session), infoOf(context, session)) as WithData &
    StoredSession<Data>
}

class WithData {
  readonly #session: InspectedSession
  #data: object | undefined

  constructor(session: InspectedSession) {
    this.#session = session
  }

  get data(): object {
    this.#data ??= decode(this.#session)
    return this.#data
  }
}

function decode(session: InspectedSession): object {
  try {
    return session.data()
  } catch (cause) {
    throw new UnreadableData('The data of this session cannot be decoded', { cause })
  }
}
