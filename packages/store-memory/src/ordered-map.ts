import type { Sweepable } from './sweeper.ts'

interface Entry<Value> {
  readonly key: string
  value: Value
  older: Entry<Value> | undefined
  newer: Entry<Value> | undefined
}

/** How an `OrderedMap` treats its entries. */
interface OrderedMapOptions<Value> {
  /** Decides what `sweep` removes. */
  readonly isExpired: (value: Value, now: number) => boolean
  /** Called with the key of each entry that is removed, by `clear` excepted. */
  readonly onRemove?: (key: string) => void
  /** Called with the key of each entry that `sweep` or `expire` removes, after `onRemove`. */
  readonly onExpired?: (key: string) => void
}

/**
 * A map in order of last use whose expired entries can be swept. A linked list keeps the order instead of the `Map`'s own:
 * finding the first key of a `Map` walks over everything deleted before it, and an iterator kept to avoid the walk
 * retains every table that the `Map` has outgrown.
 */
export class OrderedMap<Value> implements Sweepable {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #isExpired: (value: Value, now: number) => boolean
  readonly #onRemove: ((key: string) => void) | undefined
  readonly #onExpired: ((key: string) => void) | undefined
  #oldest: Entry<Value> | undefined
  #newest: Entry<Value> | undefined
  /** The entry that `sweep` visits next. */
  #next: Entry<Value> | undefined
  #passSize = 0
  #seenInPass = 0

  constructor({ isExpired, onRemove, onExpired }: OrderedMapOptions<Value>) {
    this.#isExpired = isExpired
    this.#onRemove = onRemove
    this.#onExpired = onExpired
  }

  get size(): number {
    return this.#entries.size
  }

  get passSize(): number {
    return this.#passSize
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value
  }

  /** Adds or replaces an entry and moves it to the end, as the one used last. Returns true if it is a new one. */
  set(key: string, value: Value): boolean {
    const present = this.#entries.get(key)
    if (present) {
      present.value = value
      this.#moveToEnd(present)
      return false
    }
    const entry = { key, value, older: undefined, newer: undefined }
    this.#entries.set(key, entry)
    this.#append(entry)
    return true
  }

  /** Moves an entry to the end, as the one used last. */
  markUsed(key: string): void {
    const entry = this.#entries.get(key)
    if (entry) this.#moveToEnd(entry)
  }

  delete(key: string): void {
    const present = this.#entries.get(key)
    if (present) this.#remove(present)
  }

  /** Deletes an entry because its time has passed. */
  expire(key: string): void {
    const present = this.#entries.get(key)
    if (!present) return
    this.#remove(present)
    this.#onExpired?.(key)
  }

  /** Removes the entry used longest ago and returns its key; `undefined` if the map is empty. */
  shift(): string | undefined {
    const entry = this.#oldest
    if (entry) this.#remove(entry)
    return entry?.key
  }

  sweep(count: number, now: number): void {
    for (let left = Math.min(count, this.size); left > 0; left--) {
      const entry = this.#advance()
      if (entry && this.#isExpired(entry.value, now)) this.expire(entry.key)
    }
  }

  /**
   * Yields the keys of now, in the order in which they were added, without a copy of them. Entries may be removed meanwhile. One
   * that is added comes last in the `Map`, so the count ends before it, or a removed key makes room for it.
   */
  *currentKeys(): Generator<string, void> {
    let left = this.size
    for (const key of this.#entries.keys()) {
      if (left-- <= 0) return
      yield key
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#oldest = this.#newest = this.#next = undefined
    this.#passSize = this.#seenInPass = 0
  }

  #moveToEnd(entry: Entry<Value>): void {
    if (entry === this.#newest) return
    this.#unlink(entry)
    this.#append(entry)
  }

  #append(entry: Entry<Value>): void {
    entry.older = this.#newest
    entry.newer = undefined
    if (this.#newest) this.#newest.newer = entry
    else this.#oldest = entry
    this.#newest = entry
  }

  #unlink(entry: Entry<Value>): void {
    const { older, newer } = entry
    if (older) older.newer = newer
    else this.#oldest = newer
    if (newer) newer.older = older
    else this.#newest = older
    if (this.#next === entry) this.#next = newer
  }

  #remove(entry: Entry<Value>): void {
    this.#unlink(entry)
    this.#entries.delete(entry.key)
    this.#onRemove?.(entry.key)
  }

  /**
   * Returns the next entry to visit. A pass ends after as many entries as the map had at its start, because entries
   * in use keep moving to the end.
   */
  #advance(): Entry<Value> | undefined {
    if (!this.#next || this.#seenInPass >= this.#passSize) {
      this.#next = this.#oldest
      this.#passSize = this.size
      this.#seenInPass = 0
    }
    const entry = this.#next
    this.#next = entry?.newer
    this.#seenInPass++
    return entry
  }
}
