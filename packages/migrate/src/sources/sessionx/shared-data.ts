import { createHash } from 'node:crypto'
import { flashKey } from '../flash-key.ts'
import { isObject } from '../json.ts'
import { flashesKey, type GoData, stampKey } from './go-data.ts'

// What Sojourn and Go services share of a session, and how a change of one side is told from a change of the other.
//
// A record that Sojourn writes carries a *stamp* in its Data: a hash of each part as written. A Go service copies it, because it
// keeps keys that it does not know. So a part differs from the stamp exactly if a Go request has changed it since that request
// read the record, also when it replaces what Sojourn has written meanwhile.

/** What Sojourn adds to a record. */
export interface Stamp {
  /** The session that the record is of. */
  readonly id: string
  /** The user in the data as written; absent if there was none. */
  readonly user?: string
  /** Random, so that no two records are the same text. */
  readonly tag: string
  /** The hash of each part. */
  readonly parts: Readonly<Record<string, string>>
}

/** A part that a Go service has changed: `value` is `undefined` if it has removed it. */
export interface GoChange {
  readonly part: string
  readonly value: unknown
}

const flashShape = /^flash:(.*):[^:]*$/s

/**
 * Returns session data as Go services see it, as JSON. A Date becomes a string, as everywhere in JSON. A key whose value JSON
 * cannot hold is left out, and so are flash messages but the last of each type, because SessionX has one.
 */
export function toGoData(data: object): GoData {
  const own: [string, unknown][] = []
  const flashes: [string, unknown][] = []
  for (const [key, value] of Object.entries(data)) {
    if (key === stampKey || key === flashesKey || !isJson(value)) continue
    const type = flashShape.exec(key)?.[1]
    if (type === undefined) own.push([key, value])
    else flashes.push([type, value])
  }
  if (flashes.length > 0) own.push([flashesKey, Object.fromEntries(flashes)])
  return JSON.parse(JSON.stringify(Object.fromEntries(own))) as GoData
}

/** Returns the stamp of a record; `undefined` if neither it nor what it was copied from was written by Sojourn. */
export function stampOf({ [stampKey]: stamp }: GoData): Stamp | undefined {
  const isStamp = isObject(stamp) && typeof stamp['id'] === 'string' && isObject(stamp['parts'])
  return isStamp ? (stamp as unknown as Stamp) : undefined
}

/** Returns the hash of each part of data. */
export function hashParts(data: GoData): Stamp['parts'] {
  return Object.fromEntries([...partsOf(data)].map(([part, value]) => [part, hashOf(value)]))
}

/** Returns what a Go service has changed since it read a record with this stamp. */
export function changesSince({ parts: base }: Stamp, data: GoData): readonly GoChange[] {
  const parts = partsOf(data)
  const changed = [...parts].filter(([part, value]) => base[part] !== hashOf(value))
  const removed = Object.keys(base).filter((part) => !parts.has(part))
  return [
    ...changed.map(([part, value]) => ({ part, value })),
    ...removed.map((part) => ({ part, value: undefined })),
  ]
}

/** Applies the changes of a Go service to session data, in place. */
export function applyGoChanges(changes: readonly GoChange[], data: object): void {
  for (const { part, value } of changes) {
    const name = part.slice(2)
    if (part.startsWith('f:')) {
      for (const key of Object.keys(data))
        if (flashShape.exec(key)?.[1] === name) Reflect.deleteProperty(data, key)
      if (value !== undefined) setOwn(data, flashKey(name, value), value)
    } else if (value === undefined) Reflect.deleteProperty(data, name)
    else setOwn(data, name, value)
  }
}

/** Returns the parts that change independently: `k:` and a key of the data, `f:` and the type of a flash message. */
function partsOf({ [stampKey]: _, [flashesKey]: flashes, ...own }: GoData): Map<string, unknown> {
  const parts = new Map(Object.entries(own).map(([key, value]) => [`k:${key}`, value]))
  if (isObject(flashes))
    for (const [type, message] of Object.entries(flashes)) parts.set(`f:${type}`, message)
  return parts
}

/** Returns a short hash of a JSON value, the same for each order of keys: Go sorts them. */
function hashOf(value: unknown): string {
  const sorted = JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
  return createHash('sha256').update(sorted).digest('base64url').slice(0, 12)
}

/** Returns true for a value that JSON holds as it is, but for a Date. */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (value instanceof Date) return !Number.isNaN(value.getTime())
  if (Array.isArray(value)) return value.every(isJson)
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPlain = prototype === null || prototype === Object.prototype
  return isPlain && Object.values(value).every(isJson)
}

/** Sets a key as an own one, also `__proto__`. */
function setOwn(data: object, key: string, value: unknown): void {
  Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true })
}
