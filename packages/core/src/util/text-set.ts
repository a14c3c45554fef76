const shards = 4_096
const lanes = 4
const smallest = 8

/**
 * A set of texts that keeps 16 bytes of each, a hash, in memory that is never more than twice what that takes: about 32 MB
 * per million. It grows in 4,096 small parts, so adding to it never takes long, and the garbage collector has nothing to
 * visit; a `Set` of a million texts stops the process for many milliseconds each time it grows.
 *
 * Two different texts have the same hash with a chance of one in 2^128. The hash is not secret, so use it for texts
 * that nobody can choose.
 */
export class TextSet {
  readonly #shards: (Shard | undefined)[] = Array.from({ length: shards }, () => undefined)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds a text. Returns true if it was not in the set. */
  add(text: string): boolean {
    const hash = hashOf(text)
    const at = hash[0] % shards
    const shard = this.#shards[at] ?? new Shard()
    this.#shards[at] = shard
    const isNew = shard.add(hash)
    if (isNew) this.#size++
    return isNew
  }
}

type Hash = readonly [number, number, number, number]

/** An open hash table; four numbers that are all zero mark a free place. */
class Shard {
  #table = new Uint32Array(smallest * lanes)
  #count = 0

  add(hash: Hash): boolean {
    const at = find(this.#table, hash)
    if (!isFree(this.#table, at)) return false
    this.#table.set(hash, at)
    this.#count++
    if (this.#count * lanes * 4 > this.#table.length * 3) this.#grow()
    return true
  }

  #grow(): void {
    const old = this.#table
    this.#table = new Uint32Array(old.length * 2)
    for (let at = 0; at < old.length; at += lanes) {
      if (isFree(old, at)) continue
      const entry = old.subarray(at, at + lanes)
      this.#table.set(entry, find(this.#table, entry as unknown as Hash))
    }
  }
}

/** Returns where a hash is, or the free place for it. A table always has one. */
function find(table: Uint32Array, [a, b, c, d]: Hash): number {
  const mask = table.length - 1
  let at = (b * lanes) & mask
  while (
    !isFree(table, at) &&
    !(table[at] === a && table[at + 1] === b && table[at + 2] === c && table[at + 3] === d)
  )
    at = (at + lanes) & mask
  return at
}

function isFree(table: Uint32Array, at: number): boolean {
  return (
    ((table[at] ?? 0) | (table[at + 1] ?? 0) | (table[at + 2] ?? 0) | (table[at + 3] ?? 0)) === 0
  )
}

/** Returns a hash of 128 bits, never all zero. It is cyrb128: four multiplications per character. */
function hashOf(text: string): Hash {
  let a = 1_779_033_703
  let b = 3_144_134_277
  let c = 1_013_904_242
  let d = 2_773_480_762
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    a = b ^ Math.imul(a ^ unit, 597_399_067)
    b = c ^ Math.imul(b ^ unit, 2_869_860_233)
    c = d ^ Math.imul(c ^ unit, 951_274_213)
    d = a ^ Math.imul(d ^ unit, 2_716_044_179)
  }
  a = Math.imul(c ^ (a >>> 18), 597_399_067)
  b = Math.imul(d ^ (b >>> 22), 2_869_860_233)
  c = Math.imul(a ^ (c >>> 17), 951_274_213)
  d = Math.imul(b ^ (d >>> 19), 2_716_044_179)
  const all = a ^ b ^ c ^ d
  return [(all || 1) >>> 0, (b ^ all) >>> 0, (c ^ all) >>> 0, (d ^ all) >>> 0]
}
