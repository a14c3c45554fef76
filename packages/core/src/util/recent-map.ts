/**
 * A map that keeps what was used lately, in bounded space: at least the last `max` entries and at most twice as many. It has
 * two parts. When the newer one is full, it takes the place of the older one, whose entries are forgotten unless they
 * were used meanwhile. So a hit is one look-up, two at worst, and no order has to be kept.
 */
export class RecentMap<Key, Value> {
  readonly #max: number
  #newer = new Map<Key, Value>()
  #older = new Map<Key, Value>()

  constructor(max: number) {
    this.#max = max
  }

  /** Returns the value of a key, which counts as a use of it. */
  get(key: Key): Value | undefined {
    const value = this.#newer.get(key)
    if (value !== undefined || this.#older.size === 0) return value
    const older = this.#older.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  /** Adds or replaces an entry. */
  set(key: Key, value: Value): void {
    if (this.#newer.size >= this.#max) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(key, value)
  }

  /** Forgets everything. */
  clear(): void {
    this.#newer = new Map()
    this.#older = new Map()
  }
}
