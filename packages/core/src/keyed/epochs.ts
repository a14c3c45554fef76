import { jsonCodec } from '../data/codec.ts'
import { SessionConflictError, SessionStoreError } from '../errors.ts'
import { createRecord } from '../record/record.ts'
import { maxEpochs } from '../record/session-ids.ts'
import { mintVersion } from '../record/token.ts'
import type { Row } from '../store/backend.ts'
import type { StoreEnv, StoreEpochs } from '../store/store.ts'
import type { GuardedBackend } from './guarded-backend.ts'
import { decodeValue, encodeValue } from './row-format.ts'
import { nextLineage } from './rows.ts'

/**
 * How long what was read counts as current, in ms of real time, whatever the manager's clock says: within it, other servers
 * follow `revokeEverybody`.
 */
const maxAgeMs = 1_000
/** How long the row is kept, in ms: as long as any session may live. */
const rowLifetimeMs = 100 * 365 * 86_400_000
/** Each conflict is another call of `revokeEverybody`, so more of them means a faulty backend. */
const maxAttempts = 20

/** The epochs of a store that keeps rows in a backend. */
export interface BackendEpochs extends StoreEpochs {
  /** Like `sync`, but `undefined` if there is nothing to wait for. */
  syncIfDue(): Promise<void> | undefined
}

/**
 * Creates the epochs of a store. They are one row of the backend, under `ids.epochRowId`: an anonymous session that no
 * token opens, whose data is `{ epochs: [newest, …] }`, so that whatever scans rows can read it. Without the row, the
 * first epoch is the current one.
 *
 * A failed read changes nothing: what is known stays. Before the first read nothing is known, so it must succeed (P8).
 * A row that vanished, or is older than what is known, as after a restore, is written again by the next server that reads
 * it: otherwise servers that start later would open sessions that have ended.
 * @param sweep ends what an earlier epoch has left in the store. A store that has no row per session needs none: its reads
 * know the epochs.
 */
export function createEpochs(
  backend: Pick<GuardedBackend, 'find' | 'insert' | 'replace'>,
  { clock, ids, emit }: Pick<StoreEnv, 'clock' | 'ids' | 'emit'>,
  sweep = async () => {},
): BackendEpochs {
  const id = ids.epochRowId
  let isKnown = false
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  /** The newest epoch in the row, as far as known. */
  let stored: string | undefined

  return { sync: async () => syncIfDue(), syncIfDue, reread: read, renew, publish }

  function syncIfDue(): Promise<void> | undefined {
    if (isKnown && (reading || performance.now() - readAt < maxAgeMs)) return undefined
    reading ??= read().finally(() => {
      reading = undefined
    })
    return isKnown ? reading.catch(ignore) : reading
  }

  async function read(): Promise<void> {
    readAt = performance.now()
    const found = await readRow()
    isKnown = true
    if (ids.epochs()[0] !== stored) await restore(found)
  }

  async function readRow(): Promise<Row | undefined> {
    const found = await backend.find(id, clock())
    const isGone = found === null || 'ended' in found
    learn(isGone ? [] : decode(found))
    return isGone ? undefined : found
  }

  /** Writes what is known over a row that lost it. One attempt: the next read makes another. */
  async function restore(found: Row | undefined): Promise<void> {
    await isWritten(rowOf(ids.epochs(), found), found).catch(ignore)
  }

  function learn(epochs: readonly string[]): void {
    stored = epochs[0]
    if (ids.adopt(epochs) && isKnown) emit('everybodyRevoked', { here: false })
  }

  async function renew(): Promise<void> {
    await write((known) => [ids.epochNames.after(known[0], clock()), ...known].slice(0, maxEpochs))
    emit('everybodyRevoked', { here: true })
    await sweep()
  }

  async function publish(): Promise<void> {
    if (ids.epochs()[0] === stored) return
    await write((known) => (known[0] === stored ? undefined : known))
    await sweep()
  }

  /** Writes what `next` returns for the epochs that are known once the row was read; `undefined` writes nothing. */
  async function write(
    next: (known: readonly string[]) => readonly string[] | undefined,
  ): Promise<void> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const found = await readRow()
      const epochs = next(ids.epochs())
      if (epochs === undefined || (await isWritten(rowOf(epochs, found), found))) {
        if (epochs) ids.adopt(epochs)
        stored = ids.epochs()[0]
        isKnown = true
        readAt = performance.now()
        return
      }
    }
    throw new SessionConflictError(
      'ERR_SESSION_CONFLICT',
      'The row of the epochs was written by others all the time; nothing changed. Call it again.',
    )
  }

  async function isWritten(row: Row, found: Row | undefined): Promise<boolean> {
    const at = clock()
    if (!found) return (await backend.insert(id, row, { at, isSolitary: true })).inserted
    const outcome = await backend.replace(id, row, { at, expected: found.version })
    return (
      outcome === 'replaced' || (outcome !== 'gone' && outcome.conflict.version === row.version)
    )
  }

  function rowOf(epochs: readonly string[], found: Row | undefined): Row {
    const at = clock()
    const version = mintVersion()
    const limits = { maxAge: rowLifetimeMs, absoluteTimeout: rowLifetimeMs, persistent: true }
    const record = createRecord({ id, secretHash: '', at, ...limits })
    return {
      ...(found ? nextLineage(found, version) : { version, priorVersions: [] }),
      touchedAt: at,
      expiresAt: at + rowLifetimeMs,
      value: encodeValue(record, jsonCodec.encode({ epochs }), jsonCodec),
    }
  }

  /** Returns the epochs in the row. Throws if it cannot be read: sessions may have been ended (P8). */
  function decode({ value }: Row): readonly string[] {
    try {
      const { epochs } = jsonCodec.decode(decodeValue(id, value, [jsonCodec]).data) as {
        epochs?: unknown
      }
      if (Array.isArray(epochs) && epochs.every(ids.epochNames.isGenuine)) return epochs
    } catch {
      // Not a row of ours; the error below applies.
    }
    throw new SessionStoreError(
      'ERR_STORE_CONTRACT',
      `The row ${id}, which says since when sessions count, cannot be read: something else has written it. Delete it and call revokeEverybody(); all users log in again.`,
    )
  }
}

/** The guarded backend has emitted `failed`. */
function ignore(): void {}
