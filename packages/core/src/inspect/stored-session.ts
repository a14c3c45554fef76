import { decodeData } from '../data/decode.ts'
import { Misfit } from '../data/misfit.ts'
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

/** Thrown by `data` that cannot be decoded or does not fit the schema. A scan counts it and goes on. */
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
  const shown = new WithData(() => decode(context, session))
  return Object.assign(shown, infoOf(context, session)) as WithData & StoredSession<Data>
}

class WithData {
  readonly #decode: () => object
  #data: object | undefined

  constructor(decode: () => object) {
    this.#decode = decode
  }

  get data(): object {
    this.#data ??= this.#decode()
    return this.#data
  }
}

function decode(context: ManagerContext, session: InspectedSession): object {
  try {
    return shownData(context, session)
  } catch (cause) {
    throw new UnreadableData('The data of this session cannot be decoded', { cause })
  }
}

/** Returns data as a handler would see it: migrated, and in the form of the schema. */
function shownData(
  { config: { dataShape: shape } }: ManagerContext,
  { record, data, codec }: InspectedSession,
): object {
  if (!shape) return decodeData(codec, data)
  const upgraded = shape.upgrade({ bytes: data, version: record.dataVersion ?? 1 }, codec)
  const found = upgraded instanceof Misfit ? upgraded : shape.show(upgraded, codec)
  if (found instanceof Misfit) throw new TypeError('The data does not fit the schema')
  return found.decoded ?? decodeData(codec, found.shown)
}
