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
import { maxTokenLifetimeMs } from './lifetime.ts'

/**
 * What the server stores of a sealed session: the reason of its end; or the authority that its token must have, and
 * whether another store is taking the session over.
 */
export type RevocationEntry =
  | { readonly ended: EndReason }
  | {
      readonly authority: number
      readonly leaving?: true
      /** When a login made the authority, in epoch ms; absent if a rotation did. */
      readonly authenticatedAt?: number
    }

/** The entries of sealed sessions in a database. They hold ids, numbers and reasons only, so they open no session. */
export interface RevocationEntries {
  /** Returns the entry of a session; `undefined` if it was never elevated, ended or moved. One `find`. */
  find(id: SessionId): Promise<RevocationEntry | undefined>
  /**
   * Writes an entry, unless the existing one is the backend's own tombstone or `keepExisting` returns true for it.
   * Returns the existing entry if it was kept, else `undefined`. Atomic: after a concurrent write, `keepExisting` is
   * called again, with the entry written then.
   * @throws SessionConflictError `ERR_SESSION_CONFLICT` after 20 conflicts.
   */
  put(
    id: SessionId,
    entry: RevocationEntry,
    terms: PutOptions,
  ): Promise<RevocationEntry | undefined>
  ping(): Promise<void>
  close(): Promise<void>
}

/** The options of `put`. */
interface PutOptions {
  /** When the last token of the session expires, epoch ms. The entry outlives it by a day. */
  readonly until: number
  keepExisting(existing: RevocationEntry): boolean
}

/** An entry and its row; `row` is `undefined` if the entry is the backend's own tombstone. */
interface Found {
  readonly entry: RevocationEntry
  readonly row: Row | undefined
}

/** Each conflict is another end or elevation of the same session, so more of them means a faulty backend. */
const maxAttempts = 20
/**
 * How long an entry outlives the last token of its session, in ms: requests in flight may still seal a token, and a
 * database that counts down loses the entry earlier by as much as the clock of the server that wrote it was ahead.
 */
const marginMs = 86_400_000

/** Creates the entries on a backend, guarded by the deadline and the contract checks of core. */
export function createRevocationEntries(
  backend: SessionBackend,
  { clock, policy, emit, tracing }: StoreEnv,
): RevocationEntries {
  const guarded = guardBackend(backend, { storeTimeout: policy.storeTimeout, emit, tracing })

  return {
    find: async (id) => (await read(id))?.entry,
    put,
    ping: async () => guarded.ping(clock()),
    close: () => backend.close(),
  }

  async function read(id: SessionId): Promise<Found | undefined> {
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
    let found = await read(id)
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      if (found && (keepExisting(found.entry) || !found.row)) return found.entry
      const outcome = await write(id, rowOf(entry, found?.row, until), found?.row)
      if (outcome === 'written') return undefined
      found = outcome === 'gone' ? await read(id) : { entry: decode(id, outcome), row: outcome }
    }
    throw new SessionConflictError(
      'ERR_SESSION_CONFLICT',
      `Session ${id} was ended or elevated by others all the time; nothing was written. Try the request again.`,
    )
  }

  /**
   * Inserts `row`, or replaces `previous` by it. Returns `'written'`. After a concurrent write, returns the row of that
   * write, or `'gone'` if the backend did not return the row and the entry must be read again.
   */
  async function write(id: SessionId, row: Row, previous: Row | undefined) {
    const at = clock()
    if (!previous) return (await guarded.insert(id, row, { at })).inserted ? 'written' : 'gone'
    const outcome = await guarded.replace(id, row, { at, expected: previous.version })
    if (outcome === 'replaced') return 'written'
    if (outcome === 'gone') return 'gone'
    return outcome.conflict.version === row.version ? 'written' : outcome.conflict
  }

  /** Returns the row of an entry. It never expires before `previous`, which may have been given a later limit. */
  function rowOf(entry: RevocationEntry, previous: Row | undefined, until: number): Row {
    const at = clock()
    const version = mintVersion()
    const latest = Math.min(until, at + maxTokenLifetimeMs) + marginMs
    return {
      ...(previous ? nextLineage(previous, version) : { version, priorVersions: [] }),
      touchedAt: at,
      expiresAt: Math.max(latest, previous?.expiresAt ?? 0),
      value: jsonCodec.encode(entry),
    }
  }
}

/** Decodes an entry. Throws if the value is not an entry, because the session may have been revoked (P8). */
function decode(id: SessionId, { value }: Row): RevocationEntry {
  try {
    const entry = jsonCodec.decode(value)
    if (isRevocationEntry(entry)) return entry
  } catch {
    // Not JSON; the error below applies.
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
  if ('authenticatedAt' in entry && !Number.isFinite(entry.authenticatedAt)) return false
  return 'authority' in entry && Number.isInteger(entry.authority)
}
