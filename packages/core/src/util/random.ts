import { randomFillSync } from 'node:crypto'

/** Random bytes that were drawn together: a draw of 16 bytes alone costs fifty times as much as its part of a large one. */
const pool = Buffer.allocUnsafeSlow(4096)
let used = pool.length

/**
 * Returns so many random bytes, as base64url. They come from the generator of `node:crypto`, drawn 4 KiB at a time, as
 * those of `crypto.randomUUID` are. No byte is returned twice, and none stays in the pool.
 */
export function randomText(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const end = used + bytes
  const text = pool.toString('base64url', used, end)
  pool.fill(0, used, end)
  used = end
  return text
}
