import {
  builtinKind,
  hasOnlyItems,
  hasOnlyKeys,
  isPlainArray,
  isPlainObject,
} from './object-kinds.ts'

/**
 * What data held at one moment: for each of its objects and arrays, a shallow copy. Comparing data with it costs a third
 * of encoding the data once more, and works with every codec.
 * @see docs/decisions/0028-data-compared-by-a-snapshot.md
 */
export type Snapshot = readonly ContainerCopy[]

/** A shallow copy of an object; of an array, which has no `keys`; or of a Date, whose only value is its time. */
interface ContainerCopy {
  readonly container: object
  readonly keys: readonly string[] | undefined
  readonly values: readonly unknown[]
}

/**
 * Returns a snapshot of data; `undefined` if the data holds a Map, a Set, a typed array or what no codec keeps: those may
 * change inside. Nor may an array hold `undefined`, which is also what a hole reads as.
 */
export function takeSnapshot(data: object): Snapshot | undefined {
  const copies: ContainerCopy[] = []
  return addCopies(data, copies) ? copies : undefined
}

/** Copies an object or array and what is in it. Returns false for what a snapshot cannot describe. */
function addCopies(container: object, copies: ContainerCopy[]): boolean {
  const copy = copyOf(container)
  if (!copy) return false
  copies.push(copy)
  for (const value of copy.values) {
    if (value === undefined && !copy.keys) return false
    if (typeof value === 'object' && value !== null && !addCopies(value, copies)) return false
  }
  return true
}

function copyOf(container: object): ContainerCopy | undefined {
  if (isPlainArray(container)) return { container, keys: undefined, values: container.slice() }
  if (isPlainObject(container))
    return { container, keys: Object.keys(container), values: Object.values(container) }
  return isDate(container)
    ? { container, keys: undefined, values: [container.getTime()] }
    : undefined
}

/** Returns true for a Date without properties of its own, so that its methods are the built-in ones. */
function isDate(container: object): container is Date {
  return builtinKind(container) === 'Date' && hasOnlyKeys(container, 0)
}

/** Removes the prototypes as `removePrototypes` does, and without another walk: the snapshot lists all objects. */
export function removePrototypesIn(snapshot: Snapshot): void {
  for (const { container, keys } of snapshot) if (keys) Reflect.setPrototypeOf(container, null)
}

/**
 * Returns true if the data is what it was when the snapshot was taken: the same objects, with the same values under the
 * same keys in the same order, and with no property that a codec would refuse. Then its encoding is the same too.
 */
export function isUnchanged(snapshot: Snapshot): boolean {
  for (const copy of snapshot) if (!isSame(copy)) return false
  return true
}

function isSame({ container, keys, values }: ContainerCopy): boolean {
  if (!keys && !Array.isArray(container))
    return isDate(container) && Object.is(container.getTime(), values[0])
  if (!keys) return isSameArray(container, values)
  if (!isPlainObject(container)) return false
  let index = 0
  // `for in`, because V8 reads each value by its place, without a list of the keys. Inherited ones are not among the copied.
  for (const key in container) {
    if (key !== keys[index] || !Object.is(container[key], values[index])) return false
    index++
  }
  return index === keys.length && hasOnlyKeys(container, index)
}

function isSameArray(array: object, items: readonly unknown[]): boolean {
  if (!isPlainArray(array) || array.length !== items.length || !hasOnlyItems(array)) return false
  for (let index = 0; index < items.length; index++)
    if (!Object.is(array[index], items[index])) return false
  return true
}
