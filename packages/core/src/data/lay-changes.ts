import type { Codec } from './codec.ts'
import { type DataObject, decodeData, sameBytes } from './decode.ts'
import { sameValue } from './merge.ts'
import { isPlainObject } from './object-kinds.ts'

/** Data with changes laid upon it. */
interface LaidChanges {
  readonly bytes: Uint8Array
  /** The paths of lists that were stored whole although their views left out, or changed, something of them. */
  readonly lossy: readonly string[]
}

/**
 * Lays what differs between two views, `base` and `mine`, upon what is stored, `under`: per key, and below a key per key
 * again, for as long as all three have an object there. So what the views leave out stays at every depth. What is in a list
 * has no key to go by, so a list is taken whole.
 */
export function layChanges(
  { base, mine, under }: Readonly<Record<'base' | 'mine' | 'under', Uint8Array>>,
  codec: Codec,
): LaidChanges {
  if (sameBytes(base, under)) return { bytes: mine, lossy: [] }
  if (sameBytes(mine, base)) return { bytes: under, lossy: [] }
  const lossy: string[] = []
  const [from, to, upon] = [base, mine, under].map((bytes) => decodeData(codec, bytes))
  const laid = layObject({ from, to, upon } as Sides<DataObject>, '')
  return { bytes: codec.encode(laid), lossy }

  function layObject({ from, to, upon }: Sides<DataObject>, path: string): DataObject {
    const laid: DataObject = Object.setPrototypeOf({ ...upon }, null)
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      if (sameValue(from, to, key, codec)) continue
      const at = path === '' ? key : `${path}.${key}`
      if (isList(upon[key]) && !sameValue(from, upon, key, codec)) lossy.push(at)
      if (!Object.hasOwn(to, key)) delete laid[key]
      else laid[key] = layValue({ from: from[key], to: to[key], upon: upon[key] }, at)
    }
    return laid
  }

  function layValue(sides: Sides<unknown>, path: string): unknown {
    return areObjects(sides) ? layObject(sides, path) : sides.to
  }
}

type Sides<Value> = Readonly<Record<'from' | 'to' | 'upon', Value>>

function areObjects(sides: Sides<unknown>): sides is Sides<DataObject> {
  return [sides.from, sides.to, sides.upon].every(isPlainObject)
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || value instanceof Map || value instanceof Set
}
