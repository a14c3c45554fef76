import { isPlainObject } from './object-kinds.ts'

/**
 * Removes the prototype of every plain object in a decoded value, in place, and returns the value. What `Object.prototype`
 * would give to an object is then no way into it: `Object.assign(data, body)` with a key `__proto__` in `body` adds a key
 * instead of a prototype, and a deep merge that follows `constructor.prototype` ends in `data`.
 *
 * In place, because a copy costs more than decoding. A frozen object keeps its prototype, which nothing can change.
 */
export function removePrototypes<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) for (const item of value) removePrototypes(item)
  else if (isPlainObject(value)) removeFrom(value)
  else if (value instanceof Map) removeFromAll(value.entries())
  else if (value instanceof Set) removeFromAll(value)
  return value
}

function removeFrom(object: Record<string, unknown>): void {
  Reflect.setPrototypeOf(object, null) // returns false for a frozen object
  for (const key of Object.keys(object)) removePrototypes(object[key])
}

function removeFromAll(values: Iterable<unknown>): void {
  for (const value of values) removePrototypes(value)
}

/** Returns true if a value is as it was decoded, with the prototypes removed: a handler has put no object of its own into it. */
export function hasNoPrototypes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Date) return true
  if (ArrayBuffer.isView(value)) return true
  if (Array.isArray(value)) return value.every(hasNoPrototypes)
  if (value instanceof Map) return [...value].every(hasNoPrototypes)
  if (value instanceof Set) return [...value].every(hasNoPrototypes)
  return Object.getPrototypeOf(value) === null && Object.values(value).every(hasNoPrototypes)
}
