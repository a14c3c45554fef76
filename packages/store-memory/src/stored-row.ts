import type { SessionId } from '@sojourn/core'
import type { IdentifiedRow, Row } from '@sojourn/core/store'

/**
 * A row as memory keeps it. Nothing of it can be changed, so it is shared without a copy. The value is a text of one character
 * per byte: of 580 bytes it takes 616 in memory, a `Uint8Array` 780 and an allocation of its own.
 */
export class StoredRow {
  readonly version: string
  readonly priorVersions: readonly string[]
  readonly touchedAt: number
  readonly expiresAt: number
  readonly #value: string

  /** @param times Those of the row, unless others are given. */
  constructor(row: Row | StoredRow, times: Pick<Row, 'touchedAt' | 'expiresAt'> = row) {
    const isStored = row instanceof StoredRow
    this.version = row.version
    this.priorVersions = frozen(row.priorVersions)
    this.touchedAt = times.touchedAt
    this.expiresAt = times.expiresAt
    this.#value = isStored ? row.#value : textOf(row.value)
  }

  /** Returns the row for a caller, who may change its value. */
  copy(): Row {
    const { version, priorVersions, touchedAt, expiresAt } = this
    return { version, priorVersions, touchedAt, expiresAt, value: bytesOf(this.#value) }
  }

  /** The same with its id. */
  copyWithId(id: SessionId): IdentifiedRow {
    return { id, ...this.copy() }
  }
}

function frozen(versions: readonly string[]): readonly string[] {
  return Object.isFrozen(versions) ? versions : Object.freeze([...versions])
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}

/** In memory of its own: a `Buffer` would be a view of the one that Node shares, with secrets of other requests in it. */
function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(text.length)
  bytes.write(text, 'latin1')
  return new Uint8Array(bytes.buffer)
}
