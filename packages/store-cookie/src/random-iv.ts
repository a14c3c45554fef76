import { randomFillSync } from 'node:crypto'

/** How many bytes an initialization vector of AES-GCM has (NIST SP 800-38D, section 8.2.2). */
const ivBytes = 12

/** Random bytes that were drawn together: a draw of 12 bytes alone costs thirty times as much as its part of a large one. */
const pool = Buffer.allocUnsafeSlow(300 * ivBytes)
let used = pool.length

/**
 * Returns a random initialization vector, which is never returned again: a repeated one would break the encryption. It is
 * a part of the pool, so it must be used at once. It is public, so it may stay in the pool.
 */
export function randomIv(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const from = used
  used += ivBytes
  return pool.subarray(from, used)
}
