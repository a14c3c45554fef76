import type { Row } from './backend.ts'
import type { Codec } from './codec.ts'
import { SessionUsageError } from './errors.ts'
import type { Emit } from './events.ts'
import type { SessionId } from './record.ts'
import { decodeValue, encodeValue } from './row.ts'
import type { Opened, StorePolicy } from './store.ts'
import { expiryOf } from './timeouts.ts'

/** Where a row stands among its versions. */
export type Lineage = Pick<Row, 'version' | 'priorVersions'>

/** Opened sessions to rows and back, for one keyed store; it remembers which row each opened session stands on. */
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
  const lineages = new WeakMap<Opened, Lineage>()
  const endOf = ({ record, touchedAt }: Opened) => expiryOf(record, touchedAt, policy.touchInterval)

  return {
    /** When the session ends if nobody uses it again, epoch ms. */
    expiryOf: endOf,

    /** The session in a row, or `'corrupt'`, of which an event tells. */
    read(id: SessionId, row: Row): Opened | 'corrupt' {
      try {
        const opened: Opened = { ...decodeValue(id, row.value, codecs), touchedAt: row.touchedAt }
        lineages.set(opened, row)
        return opened
      } catch (cause) {
        emit('corrupt', { id, cause })
        return 'corrupt'
      }
    },

    /** The row of a session; from now on the session stands on it. */
    write(opened: Opened, lineage: Lineage): Row {
      lineages.set(opened, lineage)
      return {
        ...lineage,
        touchedAt: opened.touchedAt,
        expiresAt: endOf(opened),
        value: encodeValue(opened.record, opened.data, codec),
      }
    },

    /** The same session after a touch, which keeps the version. */
    moved(opened: Opened, next: Opened): Opened {
      lineages.set(next, this.lineageOf(opened))
      return next
    },

    /** The version that an opened session stands on. */
    lineageOf(opened: Opened): Lineage {
      const lineage = lineages.get(opened)
      if (lineage) return lineage
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
