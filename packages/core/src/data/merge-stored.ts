import type { Codec } from './codec.ts'
import type { DataShape, StoredData } from './data-shape.ts'
import { sameBytes } from './decode.ts'
import { type MergeKey, mergeBytes } from './merge.ts'
import { Misfit, misfitError } from './misfit.ts'

/** Stored data after a merge, and the keys that both sides changed differently. */
export interface MergedData {
  readonly bytes: Uint8Array
  /** The version whose form the data has; `undefined` if versions are not known here. */
  readonly version: number | undefined
  readonly conflicts: readonly string[]
}

/** What a request makes of its data: as it received it, as it left it, and the version whose form both have. */
export interface ChangedData {
  readonly base: Uint8Array
  readonly mine: Uint8Array
  readonly version?: number | undefined
}

interface MergeRules {
  readonly codec: Codec
  readonly shape: DataShape | undefined
  readonly merge: MergeKey | undefined
}

/**
 * Merges what a request changed into the data that is stored now, like `mergeBytes`. If the stored data has the form of an
 * older version, it is upgraded first; if it has that of a newer one, it must be readable here. The result has the higher
 * version: a migration never runs on data that has been through it.
 * @throws SessionDataError `ERR_SESSION_DATA_NEWER`; `ERR_SESSION_DATA_INVALID` if `onInvalidData` is `'fail'` and the
 * stored data does not migrate.
 */
export function mergeStored(
  { base, mine, version = 1 }: ChangedData,
  theirs: StoredData,
  { codec, shape, merge }: MergeRules,
): MergedData {
  if (!shape) {
    const { bytes, conflicts } = mergeBytes({ base, mine, theirs: theirs.bytes }, codec, merge)
    return { bytes, version: undefined, conflicts }
  }
  if (sameBytes(mine, base)) return { ...theirs, conflicts: [] }
  if (theirs.version > version) checkReadable(theirs, shape, codec)
  if (sameBytes(theirs.bytes, base))
    return { bytes: mine, version: Math.max(version, theirs.version), conflicts: [] }
  const now = shape.upgrade(theirs, codec)
  if (now instanceof Misfit) {
    if (shape.onInvalidData === 'fail') throw misfitError(now)
    return { bytes: mine, version, conflicts: [] }
  }
  const merged = mergeBytes({ base, mine, theirs: now.bytes }, codec, merge)
  return { ...merged, version: Math.max(version, now.version) }
}

/** Throws if the data is of a newer version that this one cannot read. */
function checkReadable(stored: StoredData, shape: DataShape, codec: Codec): void {
  if (stored.version <= shape.version) return
  const view = shape.show(stored, codec)
  if (view instanceof Misfit) throw misfitError(view)
}
