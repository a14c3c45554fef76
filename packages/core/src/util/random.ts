import { randomFillSync } from 'node:crypto'

/** Random bytes that were drawn together: a draw of 16 bytes alone costs fifty times as much as its part of a large one. */
const pool = Buffer.allocUnsafeSlow(4096)
let used = pool.length

/**
 * Returns so many random bytes. They come from the generator of `node:crypto`, drawn 4 KiB at a time, as those of
 * `crypto.randomUUID` are. No byte is returned twice, and none stays in the pool.
 */
export function randomBytes(count: number): Buffer {
  const start = draw(count)
  const bytes = Buffer.allocUnsafe(count)
  pool.copy(bytes, 0, start, used)
  pool.fill(0, start, used)
  return bytes
}

/** Returns so many random bytes, as base64url. */
export function randomText(count: number): string {
  const start = draw(count)
  const text = pool.toString('base64url', start, used)
  pool.fill(0, start, used)
  return text
}

/** Returns where the next `count` bytes of the pool begin; they end at `used`. */
function draw(count: number): number {
  if (used + count > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += count
  return used - count
}
