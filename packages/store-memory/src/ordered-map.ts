import type { Sweepable } from './sweeper.ts'

/** A map in order of last use whose expired entries can be swept. */
export interface OrderedMap<Value> extends Sweepable {
  get(key: string): Value | undefined
  /** Adds or replaces an entry and moves it to the end, as the one used last. */
  set(key: string, value: Value): void
  delete(key: string): void
  /** Removes the entry used longest ago and returns its key; `undefined` if the map is empty. */
  shift(): string | undefined
  keys(): Iterable<string>
  clear(): void
}

interface Entry<Value> {
  readonly key: string
  readonly value: Value
  older: Entry<Value> | undefined
  newer: Entry<Value> | undefined
}

/**
 * Creates an empty map. `isExpired` decides what `sweep` removes; `onRemove` is called with the key of each entry
 * that is removed, by `clear` excepted. A linked list keeps the order instead of the `Map`'s own: finding the first
 * key of a `Map` walks over everything deleted before it, and an iterator kept to avoid the walk retains every table
 * that the `Map` has outgrown.
 */
export function createOrderedMap<Value>({
  isExpired,
  onRemove = () => undefined,
}: {
  isExpired: (value: Value, now: number) => boolean
  onRemove?: (key: string) => void
}): OrderedMap<Value> {
  const entries = new Map<string, Entry<Value>>()
  let oldest: Entry<Value> | undefined
  let newest: Entry<Value> | undefined
  let next: Entry<Value> | undefined
  let pass = { size: 0, seen: 0 }

  return {
    get size() {
      return entries.size
    },
    get passSize() {
      return pass.size
    },
    get: (key) => entries.get(key)?.value,
    set(key, value) {
      const present = entries.get(key)
      if (present) unlink(present)
      append({ key, value, older: newest, newer: undefined })
    },
    delete(key) {
      const present = entries.get(key)
      if (present) remove(present)
    },
    shift() {
      const entry = oldest
      if (entry) remove(entry)
      return entry?.key
    },
    sweep(count, now) {
      for (let left = Math.min(count, entries.size); left > 0; left--) {
        const entry = advance()
        if (entry && isExpired(entry.value, now)) remove(entry)
      }
    },
    keys: () => entries.keys(),
    clear() {
      entries.clear()
      oldest = newest = next = undefined
      pass = { size: 0, seen: 0 }
    },
  }

  function append(entry: Entry<Value>): void {
    entries.set(entry.key, entry)
    if (newest) newest.newer = entry
    else oldest = entry
    newest = entry
  }

  function unlink(entry: Entry<Value>): void {
    const { older, newer } = entry
    if (older) older.newer = newer
    else oldest = newer
    if (newer) newer.older = older
    else newest = older
    if (next === entry) next = newer
  }

  function remove(entry: Entry<Value>): void {
    unlink(entry)
    entries.delete(entry.key)
    onRemove(entry.key)
  }

  /**
   * Returns the next entry to visit. A pass ends after as many entries as the map had at its start, because entries
   * in use keep moving to the end.
   */
  function advance(): Entry<Value> | undefined {
    if (!next || pass.seen >= pass.size) {
      next = oldest
      pass = { size: entries.size, seen: 0 }
    }
    const entry = next
    next = entry?.newer
    pass.seen++
    return entry
  }
}
