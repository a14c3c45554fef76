import type { Codec } from '../data/codec.ts'
import { decodeData } from '../data/decode.ts'
import { SessionUsageError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { expiryOf } from '../record/expiry.ts'
import type { SessionId } from '../record/record.ts'
import type { Presented } from '../record/rotation.ts'
import type { Row } from '../store/backend.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { StorePolicy } from '../store/store.ts'
import { decodeValue, encodeValue } from './row-format.ts'

/** Where a row stands among its versions. */
export type Lineage = Pick<Row, 'version' | 'priorVersions'>

/** What a keyed store knows of an opened session besides what it shows. */
export interface RowOrigin {
  readonly lineage: Lineage
  /** The secret by which the request opened it; none where it was met in a list or a conflict. */
  readonly presented: Presented | undefined
}

/** Opened sessions to rows and back, for one keyed store; it remembers on which version and by which secret each is held. */
export type KeyedRows = ReturnType<typeof createRows>

const remembered = 3

/** Binds the row format to a store's codecs (the first writes) and policy. */
export function createRows({
  codecs,
  policy,
  emit,
}: {
  codecs: readonly [Codec, ...Codec[]]
  policy: StorePolicy
  emit: Emit
}) {
  const [codec] = codecs
  const origins = new WeakMap<OpenedSession, RowOrigin>()
  const expiresAt = ({ record, touchedAt }: OpenedSession) =>
    expiryOf(record, touchedAt, policy.touchInterval)

  return {
    /** When the session ends if nobody uses it again, epoch ms. */
    expiryOf: expiresAt,

    /** The session in a row, or `'corrupt'`, of which an event tells. */
    read(id: SessionId, row: Row, presented?: Presented): OpenedSession | 'corrupt' {
      try {
        const opened: OpenedSession = {
          ...decodeValue(id, row.value, codecs),
          touchedAt: row.touchedAt,
        }
        origins.set(opened, { lineage: row, presented })
        return opened
      } catch (cause) {
        emit('corrupt', { id, cause })
        return 'corrupt'
      }
    },

    /** The same, its data looked at too: what is to be merged with must be readable as a whole. */
    readWhole(id: SessionId, row: Row, presented?: Presented): OpenedSession | 'corrupt' {
      const opened = this.read(id, row, presented)
      if (opened === 'corrupt') return opened
      try {
        decodeData(codec, opened.data)
        return opened
      } catch (cause) {
        emit('corrupt', { id, cause })
        return 'corrupt'
      }
    },

    /** The row of a session; from now on the session stands on it. */
    write(opened: OpenedSession, held: RowOrigin): Row {
      origins.set(opened, held)
      return {
        ...held.lineage,
        touchedAt: opened.touchedAt,
        expiresAt: expiresAt(opened),
        value: encodeValue(opened.record, opened.data, codec),
      }
    },

    /** Holds a session as it is from now on. */
    setOrigin(opened: OpenedSession, held: RowOrigin): void {
      origins.set(opened, held)
    },

    /** How an opened session is held. */
    originOf(opened: OpenedSession): RowOrigin {
      const held = origins.get(opened)
      if (held) return held
      throw new SessionUsageError(
        'ERR_CONFIG_INVALID',
        'This session was opened by another store. Commit it with the manager that loaded it.',
      )
    },
  }
}

/** The place of the next version, `version`, after the one at `lineage`. */
export function nextLineage({ version, priorVersions }: Lineage, next: string): Lineage {
  return { version: next, priorVersions: [version, ...priorVersions].slice(0, remembered) }
}

/** Whether a row is, or was lately, the version `version`: then the write of that version has been applied (P11). */
export function descendsFrom(row: Lineage, version: string): boolean {
  return row.version === version || row.priorVersions.includes(version)
}
