import type { Codec } from './codec.ts'
import { type DataObject, decodeData, sameBytes } from './decode.ts'

/**
 * Returns the value to keep for a key that two requests changed differently. `base` is the value that both started from,
 * `mine` that of this request, `theirs` the one that is stored. Must not change its arguments.
 */
export type MergeKey = (
  key: string,
  sides: { readonly base: unknown; readonly mine: unknown; readonly theirs: unknown },
) => unknown

/** The result of a merge. */
export interface Merged {
  readonly data: DataObject
  /** The keys that both sides changed differently, also those that `decide` has settled. */
  readonly conflicts: readonly string[]
}

/**
 * Merges data three-way, per top-level key: a key that only one side changed gets the value of that side; a key that both
 * changed differently gets the result of `decide`, or mine without it, and is listed as a conflict. Removing a key is a
 * change. Values are equal if their encodings are.
 */
export function mergeData(
  { base, mine, theirs }: { base: DataObject; mine: DataObject; theirs: DataObject },
  codec: Codec,
  decide?: MergeKey,
): Merged {
  const data: DataObject = Object.setPrototypeOf({ ...theirs }, null)
  const conflicts: string[] = []
  for (const key of new Set([...Object.keys(base), ...Object.keys(mine)])) {
    if (sameValue(base, mine, key, codec)) continue
    const isConflict = !sameValue(base, theirs, key, codec) && !sameValue(mine, theirs, key, codec)
    if (isConflict) conflicts.push(key)
    if (isConflict && decide)
      data[key] = decide(key, { base: base[key], mine: mine[key], theirs: theirs[key] })
    else if (Object.hasOwn(mine, key)) data[key] = mine[key]
    else delete data[key]
  }
  return { data, conflicts }
}

/** Merges encoded data, like `mergeData`. If only one side has changes, its bytes are returned without decoding them. */
export function mergeBytes(
  { base, mine, theirs }: { base: Uint8Array; mine: Uint8Array; theirs: Uint8Array },
  codec: Codec,
  decide?: MergeKey,
): { bytes: Uint8Array; conflicts: readonly string[] } {
  if (sameBytes(theirs, base)) return { bytes: mine, conflicts: [] }
  if (sameBytes(mine, base)) return { bytes: theirs, conflicts: [] }
  const sides = {
    base: decodeData(codec, base),
    mine: decodeData(codec, mine),
    theirs: decodeData(codec, theirs),
  }
  const { data, conflicts } = mergeData(sides, codec, decide)
  return { bytes: codec.encode(data), conflicts }
}

/** Returns true if two objects have the same value under a key, or both none. */
export function sameValue(a: DataObject, b: DataObject, key: string, codec: Codec): boolean {
  if (!Object.hasOwn(a, key) || !Object.hasOwn(b, key))
    return Object.hasOwn(a, key) === Object.hasOwn(b, key)
  return sameBytes(codec.encode(a[key]), codec.encode(b[key]))
}
