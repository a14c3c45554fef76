import { createHash } from 'node:crypto'
import type { ForeignData } from './source.ts'

/** Returns the key of a session that is in its cookie: a hash of what is signed or sealed there. */
export function keyOfSeal(seal: string): string {
  return createHash('sha256').update(seal).digest('base64url')
}

/** Returns the object that a text holds as JSON; `undefined` if it holds none. */
export function parseObject(text: string): ForeignData | undefined {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Returns the value if it is an object, but no array. */
export function asObject(value: unknown): ForeignData | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

/** Returns true if the data holds nothing, so that there is no session to open. */
export function isEmpty(data: ForeignData): boolean {
  return Object.keys(data).length === 0
}
