import { type KeyObject, timingSafeEqual } from 'node:crypto'
import { hmac } from './hmac.ts'

/** The characters of the time in a name, enough for 3,000 years, and of the whole name. */
const timeLength = 9
const tagBytes = 6
const nameShape = /^[0-9a-z]{9}[\w-]{8}$/

/**
 * The names of epochs: the time at which they began, in ms and base 36, and 6 bytes of an HMAC of it. So of two names the
 * greater one is the later one, and write access to the store is not enough to invent one.
 */
export interface EpochNames {
  /** Returns the name of the epoch that begins at `at`, epoch ms, or right after `last` if that is later. */
  after(last: string | undefined, at: number): string
  /** Returns true for a name that `after` has returned, to any server of the application. */
  isGenuine(name: unknown): name is string
}

/** Creates the names of the epochs of a namespace. */
export function createEpochNames(key: KeyObject): EpochNames {
  const nameOf = (time: string) => time + hmac(key, time).toString('base64url', 0, tagBytes)
  return {
    after(last, at) {
      const lastAt = Number.parseInt(last?.slice(0, timeLength) ?? '', 36) || 0
      const time = Math.max(Math.floor(at), lastAt + 1, 0)
      return nameOf(time.toString(36).padStart(timeLength, '0'))
    },
    isGenuine: (name): name is string =>
      typeof name === 'string' &&
      nameShape.test(name) &&
      timingSafeEqual(Buffer.from(name), Buffer.from(nameOf(name.slice(0, timeLength)))),
  }
}
