import type { Sweepable } from './sweeper.ts'

/** A map in order of last use that forgets what is over. */
export interface OrderedMap<Value> extends Sweepable {
  get(key: string): Value | undefined
  /** Sets an entry as the one used last. */
  set(key: string, value: Value): void
  delete(key: string): void
  /** Drops the entry used longest ago and answers its key, `undefined` when the map is empty. */
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
 * An empty map of which `isOver` says when an entry has ended, and `onGone` hears of each that left. A list of its own
 * keeps the order: that of a `Map` costs a walk over all that was deleted before its first key, and an iterator that
 * is kept to spare the walk keeps every table that the `Map` has outgrown.
 */
export function createOrderedMap<Value>({
  isOver,
  onGone = () => undefined,
}: {
  isOver: (value: Value, now: number) => boolean
  onGone?: (key: string) => void
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
        if (entry && isOver(entry.value, now)) remove(entry)
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
    onGone(entry.key)
  }

  /** A pass is as long as the map was when it began: entries in use move to the end, which may never be reached. */
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
