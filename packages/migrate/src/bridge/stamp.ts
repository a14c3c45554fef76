import { createHash } from 'node:crypto'
import { mintVersion } from '@sojourn/core/store'
import type { OldData } from './old-records.ts'

/**
 * What a new server puts into each old record that it writes: a hash of each value. An old server copies it along with the
 * data, so whatever it writes still says which state it began from, even if others have written in between. The difference
 * between the values and their hashes is exactly what old servers have changed.
 */
interface Stamp {
  /** Names the session: a login on an old server may copy all data, the stamp too, into another one. */
  readonly of: string
  /** Random, so that no two texts are the same. */
  readonly tag: string
  readonly base: Hashes
}

/** A hash of each value, by name. */
export type Hashes = Readonly<Record<string, string>>

/** What old servers have changed: values by name, and `deleted` for those they have removed. */
export type OldChanges = ReadonlyMap<string, unknown>

/** Stands for a value that an old server has removed. */
const deleted = Symbol('deleted')

/** The name under which a stamp is kept in an old session. */
const stampName = '_sojourn'

/** What a stamp says: from which state the data began, and the tag of that. */
export interface TakenStamp {
  readonly base: Hashes
  readonly tag: string
}

/** Returns the data without its stamp, and what that says; `undefined` if it has no stamp of this session. */
export function takeStamp(key: string, data: OldData): { data: OldData; stamp?: TakenStamp } {
  const { [stampName]: stamp, ...rest } = data
  const { of, tag, base } = Object(stamp)
  const isStamp = of === nameOf(key) && typeof tag === 'string' && Object(base) === base
  return isStamp ? { data: rest, stamp: { base, tag } } : { data: rest }
}

/** Returns the data with a stamp. */
export function stampData(key: string, data: OldData): OldData {
  const stamp: Stamp = { of: nameOf(key), tag: mintVersion().slice(0, 8), base: hashesOf(data) }
  return { ...data, [stampName]: stamp }
}

/** Returns the hashes of all values. */
export function hashesOf(data: OldData): Hashes {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, hashOf(value)]))
}

/** Returns what was changed in data since it had these hashes. */
export function changesSince(base: Hashes, data: OldData): OldChanges {
  const changes = new Map<string, unknown>()
  for (const [name, value] of Object.entries(data))
    if (!Object.hasOwn(base, name) || base[name] !== hashOf(value)) changes.set(name, value)
  for (const name of Object.keys(base)) if (!Object.hasOwn(data, name)) changes.set(name, deleted)
  return changes
}

/** Returns the hash of a change, also of a removal. */
export function hashOfChange(value: unknown): string {
  return value === deleted ? '' : hashOf(value)
}

/** Applies changes to data in place. A value that both sides have changed becomes the old server's, which wrote later. */
export function applyOldChanges(changes: OldChanges, data: object): void {
  for (const [name, value] of changes)
    if (value === deleted) Reflect.deleteProperty(data, name)
    else
      Object.defineProperty(data, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      })
}

/** Returns the hash of a value as JSON has it once it was read. */
function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)
}

function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 16)
}
