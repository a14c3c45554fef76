import { deepEqual as strictDeepEqual } from 'node:assert/strict'

/**
 * Fails unless both values are strictly and deeply equal. Arrays, plain objects and bytes may come from different realms:
 * jest runs tests in a realm of their own, and drivers and `structuredClone` return objects of another.
 */
export function deepEqual(actual: unknown, expected: unknown, message?: string): void {
  strictDeepEqual(inThisRealm(actual), inThisRealm(expected), message)
}

/** Returns a copy whose arrays and plain objects are made here. Everything else is as it was. */
function inThisRealm(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value, inThisRealm)
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inThisRealm(each)]))
}

/** Returns true for an object whose prototype is the `Object.prototype` of any realm, or that has none. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Returns true for bytes of any realm, such as a `Buffer` in jest. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && 'BYTES_PER_ELEMENT' in value && value.BYTES_PER_ELEMENT === 1
}
