import type { Codec } from './codec.ts'
import { type DataObject, decodeData, sameBytes } from './decode.ts'

/** Decides a key that both sides changed, differently: what it answers is kept. It must not change its arguments. */
export type MergeKey = (
  key: string,
  sides: { readonly base: unknown; readonly mine: unknown; readonly theirs: unknown },
) => unknown

/** The result of a merge. */
export interface Merged {
  readonly data: DataObject
  /** The keys that both sides changed, differently; mine won, or what `decide` answered. */
  readonly conflicts: readonly string[]
}

/**
 * Three-way merge per top-level key: what I did not change is theirs, what only I changed is mine, and where both
 * changed mine wins and the key is named. Removing a key is a change. Values are equal when their bytes are.
 */
export function mergeData(
  { base, mine, theirs }: { base: DataObject; mine: DataObject; theirs: DataObject },
  codec: Codec,
  decide?: MergeKey,
): Merged {
  const data = { ...theirs }
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

/** The merge of encoded data; where only one side changed anything, its bytes as they are. */
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

function sameValue(a: DataObject, b: DataObject, key: string, codec: Codec): boolean {
  if (!Object.hasOwn(a, key) || !Object.hasOwn(b, key))
    return Object.hasOwn(a, key) === Object.hasOwn(b, key)
  return sameBytes(codec.encode(a[key]), codec.encode(b[key]))
}
