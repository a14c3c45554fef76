import {
  type EndReason,
  SessionConflictError,
  type SessionId,
  SessionStoreError,
} from '@sojourn/core'
import {
  endReasons,
  guardBackend,
  jsonCodec,
  mintVersion,
  nextLineage,
  type Row,
  type SessionBackend,
  type StoreEnv,
} from '@sojourn/core/store'
import { longestMs, skewMs } from './lifetime.ts'

/**
 * What is known of a session besides its token: that it has ended, or the authority that its token must have, and whether
 * another store is taking it over.
 */
export type Mark =
  | { readonly ended: EndReason }
  | { readonly authority: number; readonly leaving?: true }

/** The marks of sealed sessions, in a database. Nothing there opens anything: ids, numbers and reasons. */
export interface Marks {
  /** The mark of a session; `undefined` while nobody has elevated or ended it. One `find`. */
  find(id: SessionId): Promise<Mark | undefined>
  /**
   * Puts a mark, unless one stands that `yields` says it must yield to, which is then the answer. In one step: judged
   * anew when another came between. `until` is when the last token of the session expires, epoch ms; the mark outlives
   * it by as much as the clocks of a fleet may differ.
   */
  put(id: SessionId, mark: Mark, terms: Terms): Promise<Mark | undefined>
  ping(): Promise<void>
  close(): Promise<void>
}

/** Under which terms a mark is put. */
interface Terms {
  readonly until: number
  yields(standing: Mark): boolean
}

/** A mark, and the row that holds it; none where the backend's own tombstone is all there is. */
interface Found {
  readonly mark: Mark
  readonly row: Row | undefined
}

/** Everybody who comes between ends or elevates the session, so more would be a backend that makes conflicts up. */
const mostAttempts = 20
/** A mark outlives the requests that were on their way when it was put, whatever they seal. */
const marginMs = 86_400_000

/** Marks in a backend, behind the deadline and the contract. */
export function createMarks(backend: SessionBackend, { clock, policy, emit }: StoreEnv): Marks {
  const guarded = guardBackend(backend, { storeTimeout: policy.storeTimeout, emit })

  return {
    find: async (id) => (await look(id))?.mark,
    put,
    ping: () => guarded.ping(clock()),
    close: () => backend.close(),
  }

  async function look(id: SessionId): Promise<Found | undefined> {
    const found = await guarded.find(id, clock())
    if (found === null) return undefined
    return 'ended' in found
      ? { mark: { ended: found.ended }, row: undefined }
      : { mark: decode(id, found), row: found }
  }

  async function put(
    id: SessionId,
    mark: Mark,
    { until, yields }: Terms,
  ): Promise<Mark | undefined> {
    let found = await look(id)
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      if (found && (yields(found.mark) || !found.row)) return found.mark
      const met = await write(id, rowOf(mark, found?.row, until), found?.row)
      if (met === 'written') return undefined
      found = met === 'gone' ? await look(id) : { mark: decode(id, met), row: met }
    }
    throw new SessionConflictError(
      'ERR_SESSION_CONFLICT',
      `Session ${id} was ended or elevated by others all the time; nothing was written. Try the request again.`,
    )
  }

  /** Over the row that was found, or where none was; a row that stands in the way is handed back. */
  async function write(id: SessionId, row: Row, over: Row | undefined) {
    const at = clock()
    if (!over) return (await guarded.insert(id, row, { at })).inserted ? 'written' : 'gone'
    const outcome = await guarded.replace(id, row, { at, expected: over.version })
    if (outcome === 'replaced') return 'written'
    if (outcome === 'gone') return 'gone'
    return outcome.conflict.version === row.version ? 'written' : outcome.conflict
  }

  /** Never shorter than the row before: the session may have been given a later limit since. */
  function rowOf(mark: Mark, before: Row | undefined, until: number): Row {
    const at = clock()
    const version = mintVersion()
    const latest = Math.min(until + skewMs, at + longestMs + marginMs)
    return {
      ...(before ? nextLineage(before, version) : { version, priorVersions: [] }),
      touchedAt: at,
      expiresAt: Math.max(latest, before?.expiresAt ?? 0),
      value: jsonCodec.encode(mark),
    }
  }
}

/** Trouble, and never "not revoked" (P8), where something else stands under the id. */
function decode(id: SessionId, { value }: Row): Mark {
  try {
    const mark = jsonCodec.decode(value)
    if (isMark(mark)) return mark
  } catch {
    // It is none.
  }
  throw new SessionStoreError(
    'ERR_STORE_CONTRACT',
    `What the revocations hold of session ${id} is no revocation. Give them a prefix of their own, which no store shares.`,
  )
}

function isMark(mark: unknown): mark is Mark {
  if (typeof mark !== 'object' || mark === null) return false
  if ('ended' in mark) return endReasons.some((reason) => reason === mark.ended)
  if ('leaving' in mark && mark.leaving !== true) return false
  return 'authority' in mark && Number.isInteger(mark.authority)
}
