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
import { maxTokenLifetimeMs, clockSkewMs } from './lifetime.ts'

/**
 * What is known of a session besides its token: that it has ended, or the authority that its token must have, and whether
 * another store is taking it over.
 */
export type RevocationEntry =
  | { readonly ended: EndReason }
  | { readonly authority: number; readonly leaving?: true }

/** The entries of sealed sessions, in a database. Nothing there opens anything: ids, numbers and reasons. */
export interface RevocationEntries {
  /** The entry of a session; `undefined` while nobody has elevated or ended it. One `find`. */
  find(id: SessionId): Promise<RevocationEntry | undefined>
  /**
   * Puts an entry, unless one stands that `yields` says it must yield to, which is then the answer. In one step: judged
   * anew when another came between. `until` is when the last token of the session expires, epoch ms; the entry outlives
   * it by as much as the clocks of a fleet may differ.
   */
  put(id: SessionId, entry: RevocationEntry, terms: PutOptions): Promise<RevocationEntry | undefined>
  ping(): Promise<void>
  close(): Promise<void>
}

/** Under which terms an entry is put. */
interface PutOptions {
  readonly until: number
  keepExisting(standing: RevocationEntry): boolean
}

/** An entry, and the row that holds it; none where the backend's own tombstone is all there is. */
interface Found {
  readonly entry: RevocationEntry
  readonly row: Row | undefined
}

/** Everybody who comes between ends or elevates the session, so more would be a backend that makes conflicts up. */
const maxAttempts = 20
/** An entry outlives the requests that were on their way when it was put, whatever they seal. */
const marginMs = 86_400_000

/** Marks in a backend, behind the deadline and the contract. */
export function createRevocationEntries(
  backend: SessionBackend,
  { clock, policy, emit }: StoreEnv,
): RevocationEntries {
  const guarded = guardBackend(backend, { storeTimeout: policy.storeTimeout, emit })

  return {
    find: async (id) => (await look(id))?.entry,
    put,
    ping: () => guarded.ping(clock()),
    close: () => backend.close(),
  }

  async function look(id: SessionId): Promise<Found | undefined> {
    const found = await guarded.find(id, clock())
    if (found === null) return undefined
    return 'ended' in found
      ? { entry: { ended: found.ended }, row: undefined }
      : { entry: decode(id, found), row: found }
  }

  async function put(
    id: SessionId,
    entry: RevocationEntry,
    { until, keepExisting }: PutOptions,
  ): Promise<RevocationEntry | undefined> {
    let found = await look(id)
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (found && (keepExisting(found.entry) || !found.row)) return found.entry
      const met = await write(id, rowOf(entry, found?.row, until), found?.row)
      if (met === 'written') return undefined
      found = met === 'gone' ? await look(id) : { entry: decode(id, met), row: met }
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
  function rowOf(entry: RevocationEntry, before: Row | undefined, until: number): Row {
    const at = clock()
    const version = mintVersion()
    const latest = Math.min(until + clockSkewMs, at + maxTokenLifetimeMs + marginMs)
    return {
      ...(before ? nextLineage(before, version) : { version, priorVersions: [] }),
      touchedAt: at,
      expiresAt: Math.max(latest, before?.expiresAt ?? 0),
      value: jsonCodec.encode(entry),
    }
  }
}

/** Trouble, and never "not revoked" (P8), where something else stands under the id. */
function decode(id: SessionId, { value }: Row): RevocationEntry {
  try {
    const entry = jsonCodec.decode(value)
    if (isRevocationEntry(entry)) return entry
  } catch {
    // It is none.
  }
  throw new SessionStoreError(
    'ERR_STORE_CONTRACT',
    `What the revocations hold of session ${id} is no revocation. Give them a prefix of their own, which no store shares.`,
  )
}

function isRevocationEntry(entry: unknown): entry is RevocationEntry {
  if (typeof entry !== 'object' || entry === null) return false
  if ('ended' in entry) return endReasons.some((reason) => reason === entry.ended)
  if ('leaving' in entry && entry.leaving !== true) return false
  return 'authority' in entry && Number.isInteger(entry.authority)
}
