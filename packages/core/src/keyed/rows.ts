import type { Codec } from '../data/codec.ts'
import { decodeData } from '../data/decode.ts'
import { SessionUsageError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { expiryOf } from '../record/expiry.ts'
import type { SessionId } from '../record/record.ts'
import type { Presented } from '../record/rotation.ts'
import type { IdRefusal, SessionIds } from '../record/session-ids.ts'
import type { Row } from '../store/backend.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { InspectedSession, StorePolicy } from '../store/store.ts'
import { KeyedSession, type Lineage, type RowOrigin } from './keyed-session.ts'
import { decodeValue, encodeValue, splitValue } from './row-format.ts'
import type { RowSigner } from './row-signature.ts'

/**
 * Why a row is no session of this manager: its value cannot be decoded; its id is not one that was made for its user
 * (`foreign`), so somebody has written it past the manager; or all sessions of its epoch were ended (`revoked`).
 */
export type RowRefusal = 'corrupt' | IdRefusal

/** The translation between rows and opened sessions, for one keyed store. Knows the `RowOrigin` of each session. */
export type KeyedRows = ReturnType<typeof createRows>

const maxPriorVersions = 3

/** Returns the translation for the codecs of a store: the first one writes, all of them read. */
export function createRows({
  codecs,
  policy,
  ids,
  emit,
  signer,
}: {
  codecs: readonly [Codec, ...Codec[]]
  policy: StorePolicy
  ids: SessionIds
  emit: Emit
  signer: RowSigner
}) {
  const [codec] = codecs
  const store = {} // stands for this store in its sessions
  const expiresAt = ({ record, touchedAt }: Pick<OpenedSession, 'record' | 'touchedAt'>) =>
    expiryOf(record, touchedAt, policy.touchInterval)

  return {
    /** Returns when the session ends if it is not used again, in epoch ms. */
    expiryOf: expiresAt,

    /**
     * Returns the session in a row, or why it is none. Emits `corrupt` if the value cannot be decoded, or its signature is
     * wrong.
     */
    read(id: SessionId, row: Row, presented?: Presented): OpenedSession | RowRefusal {
      try {
        const { record, data } = decodeValue(id, signer.verify(id, row.value), codecs)
        const { touchedAt } = row
        return (
          ids.refusalOf(record) ??
          new KeyedSession({ record, touchedAt, data }, { lineage: row, presented }, store)
        )
      } catch (cause) {
        emit('corrupt', { id, cause })
        return 'corrupt'
      }
    },

    /** Like `read`, but decodes the data too: what a write merges with must be readable as a whole. */
    readAndCheckData(id: SessionId, row: Row, presented?: Presented): OpenedSession | RowRefusal {
      const opened = this.read(id, row, presented)
      if (typeof opened === 'string') return opened
      try {
        decodeData(codec, opened.data)
        return opened
      } catch (cause) {
        emit('corrupt', { id, cause })
        return 'corrupt'
      }
    },

    /** Returns what operators may see of a row, or why it is no session. Decodes no data yet, and emits nothing. */
    inspect(id: SessionId, row: Row): InspectedSession | RowRefusal {
      try {
        const found = splitValue(id, signer.verify(id, row.value), codecs)
        return ids.refusalOf(found.record) ?? { ...found, touchedAt: row.touchedAt }
      } catch {
        return 'corrupt'
      }
    },

    /** Returns the row of a session, which has an origin. */
    write(opened: OpenedSession): Row {
      const { version, priorVersions } = originOf(opened).lineage
      return {
        version,
        priorVersions,
        touchedAt: opened.touchedAt,
        expiresAt: expiresAt(opened),
        value: signer.sign(opened.record.id, encodeValue(opened.record, opened.data, codec)),
      }
    },

    /**
     * Returns true if the row of a session is not signed by the key that signs now. Whoever writes it anyway signs it anew, also
     * without a change: once that key is gone, the row would open nothing.
     */
    mustSignAnew(opened: OpenedSession): boolean {
      const { value } = originOf(opened).lineage
      return value !== undefined && !signer.isSignedByFirst(opened.record.id, value)
    },

    /** Returns the session with this origin. */
    withOrigin(opened: OpenedSession, origin: RowOrigin): OpenedSession {
      return new KeyedSession(opened, origin, store)
    },

    /** Returns the token by which the session was opened, or is followed; `undefined` if there is none. */
    openerOf(opened: OpenedSession): Presented | undefined {
      const origin = KeyedSession.originOf(opened, store)
      return origin?.presented ?? origin?.follower
    },

    originOf,
  }

  /** @throws SessionUsageError `ERR_CONFIG_INVALID` for a session of another store. */
  function originOf(opened: OpenedSession): RowOrigin {
    const origin = KeyedSession.originOf(opened, store)
    if (origin) return origin
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'This session was opened by another store. Commit it with the manager that loaded it.',
    )
  }
}

/** Returns the lineage of version `next`, written over the version of the lineage given. */
export function nextLineage({ version, priorVersions }: Lineage, next: string): Lineage {
  return { version: next, priorVersions: [version, ...priorVersions].slice(0, maxPriorVersions) }
}

/** Returns true if a row is at `version` or was written over it lately: the write of that version was applied (P11). */
export function descendsFrom(row: Lineage, version: string): boolean {
  return row.version === version || row.priorVersions.includes(version)
}
