import type { RedisNode } from '../../redis/node.ts'
import type { SessionSample } from '../state.ts'
import { ask } from './ask.ts'

/** How many sessions are measured at most, and how many pages of `SCAN` are looked through for them. */
const [sampleSize, maxPages, pageSize] = [50, 20, '100']

/** What is over within this time, in ms, may be the tombstone of a session. */
const tombstoneMs = 60_000

/** Measures some of the sessions below a prefix, each with its share of the index of its user. It does not visit all keys. */
export async function gatherSample(node: RedisNode, prefix: string): Promise<SessionSample> {
  const sizes: number[] = []
  const pattern = `${prefix.replace(/[*?[\]\\^-]/g, '\\$&')}{*}:*`
  let cursor = '0'
  for (let page = 0; page < maxPages && sizes.length < sampleSize; page++) {
    const found = await ask(node, ['SCAN', cursor, 'MATCH', pattern, 'COUNT', pageSize], readPage)
    if (!found) break
    const measured = await Promise.all(found.keys.map((key) => measure(node, key)))
    sizes.push(...measured.filter((size) => size !== undefined))
    cursor = found.cursor
    if (cursor === '0') break
  }
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return { count: sizes.length, bytes: sizes.length > 0 ? total / sizes.length : undefined }
}

/** Returns the bytes of a session; `undefined` if it is none, or has ended, or the user may not ask. */
async function measure(node: RedisNode, key: string): Promise<number | undefined> {
  const index = key.slice(0, key.lastIndexOf('}') + 1)
  const number = (...args: string[]) => ask(node, args, Number)
  const [size = 0, ttl = 0, indexSize = 0, members = 0] = await Promise.all([
    number('MEMORY', 'USAGE', key),
    number('PTTL', key),
    number('MEMORY', 'USAGE', index),
    number('ZCARD', index),
  ])
  if (size === 0 || ttl <= tombstoneMs) return undefined
  return size + (members > 0 ? indexSize / members : 0)
}

function readPage(reply: unknown): { cursor: string; keys: string[] } {
  const [cursor, keys] = Array.isArray(reply) ? reply : ['0', []]
  return { cursor: String(cursor), keys: Array.isArray(keys) ? keys.map(String) : [] }
}
