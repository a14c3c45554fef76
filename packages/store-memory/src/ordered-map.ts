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

/** An empty map of which `isOver` says when an entry has ended, and `onGone` hears of each that left. */
export function createOrderedMap<Value>({
  isOver,
  onGone = () => undefined,
}: {
  isOver: (value: Value, now: number) => boolean
  onGone?: (key: string) => void
}): OrderedMap<Value> {
  const entries = new Map<string, Value>()
  // Both are kept from call to call: a new iterator would walk over all that was deleted at the front of the map.
  let oldest = entries.keys()
  let cursor = entries.entries()

  const remove = (key: string) => {
    if (entries.delete(key)) onGone(key)
  }

  return {
    get size() {
      return entries.size
    },
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
    },
    delete: remove,
    shift() {
      if (entries.size === 0) return undefined
      // All before this iterator has been shifted out or used since, so that its next key is the oldest.
      const { value: key } = oldest.next()
      if (key !== undefined) remove(key)
      return key
    },
    sweep(count, now) {
      for (let left = Math.min(count, entries.size + 1); left > 0; left--) {
        const { done, value: entry } = cursor.next()
        if (done) cursor = entries.entries()
        else if (isOver(entry[1], now)) remove(entry[0])
      }
    },
    keys: () => entries.keys(),
    clear() {
      entries.clear()
      oldest = entries.keys()
      cursor = entries.entries()
    },
  }
}
