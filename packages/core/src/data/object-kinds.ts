import { types } from 'node:util'

/**
 * Returns true for an object without a class, of this realm or another: a `vm` context, and so every test of Jest, has an
 * `Object` of its own, and `structuredClone` or `response.json()` may return objects of the outer one.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || isRootPrototype(prototype)
}

/** Returns true for an `Array` of any realm, and not for an instance of a class that extends it. */
export function isPlainArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && isInstanceOfBuiltin(value, Array.prototype)
}

/** Returns the kind of a `Date`, `Map` or `Set` of any realm; `undefined` for an instance of a class that extends one. */
export function builtinKind(value: object): 'Date' | 'Map' | 'Set' | undefined {
  if (types.isDate(value))
    return isInstanceOfBuiltin(value, Date.prototype) || isFakeDate(value) ? 'Date' : undefined
  if (types.isMap(value)) return isInstanceOfBuiltin(value, Map.prototype) ? 'Map' : undefined
  if (types.isSet(value)) return isInstanceOfBuiltin(value, Set.prototype) ? 'Set' : undefined
  return undefined
}

/** Built-in classes extend `Object` directly, so the prototype of their prototype is the root, in every realm. */
function isInstanceOfBuiltin(value: object, builtin: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === builtin || isRootPrototype(Object.getPrototypeOf(prototype))
}

/**
 * Returns true for a Date of a stopped clock: the fake timers of Jest, Vitest and Sinon replace `Date` by a class that
 * extends it, and give each instance the original as its own `constructor`. No other part is lost.
 */
export function isFakeDate(value: object): boolean {
  const { value: original, enumerable } =
    Object.getOwnPropertyDescriptor(value, 'constructor') ?? {}
  if (enumerable !== false || typeof original !== 'function' || original.name !== 'Date')
    return false
  const fake: unknown = Object.getPrototypeOf(value)
  return (
    isRootPrototype(Object.getPrototypeOf(original.prototype)) &&
    Object.getPrototypeOf(fake) === original.prototype
  )
}

/** Returns true for the `Object.prototype` of any realm. */
export function isRootPrototype(prototype: unknown): boolean {
  return (
    prototype === Object.prototype ||
    (typeof prototype === 'object' &&
      prototype !== null &&
      Object.getPrototypeOf(prototype) === null &&
      Object.hasOwn(prototype, 'isPrototypeOf') &&
      Object.hasOwn(prototype, 'propertyIsEnumerable'))
  )
}

/**
 * Returns true if an object has so many properties and no others; `count` is the number of its enumerable ones. Counting
 * names and symbols apart costs half of listing both by `Reflect.ownKeys`: V8 keeps the list of names ready.
 */
export function hasOnlyKeys(value: object, count: number): boolean {
  return (
    Object.getOwnPropertyNames(value).length === count &&
    Object.getOwnPropertySymbols(value).length === 0
  )
}

/** Returns true for an array that has nothing but its items and its length. */
export function hasOnlyItems(items: readonly unknown[]): boolean {
  return Reflect.ownKeys(items).length === items.length + 1
}

/**
 * Returns what of an object no codec would keep, although it keeps the object: properties with symbols as keys, named
 * properties of arrays, dates, maps and sets, and properties that are not enumerable. `undefined` if there is none.
 * @param expected how many own properties the object has by its kind.
 */
export function extraProperty(value: object, expected: number): string | undefined {
  const keys = Reflect.ownKeys(value)
  if (keys.length === expected) return undefined
  if (keys.some((key) => typeof key === 'symbol')) return 'a property whose key is a symbol'
  return keys.every((key) => isListed(value, key))
    ? 'a named property'
    : 'a property that is not enumerable'
}

function isListed(value: object, key: string | symbol): boolean {
  return (
    Object.prototype.propertyIsEnumerable.call(value, key) ||
    (Array.isArray(value) && key === 'length')
  )
}
