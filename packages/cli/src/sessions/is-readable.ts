import { decodeData, type InspectedSession } from '@sojourn/core/store'

/** Returns true if record and data of a session can be decoded. */
export function isReadable(found: InspectedSession | 'unreadable'): boolean {
  if (found === 'unreadable') return false
  try {
    decodeData(found.codec, found.data)
    return true
  } catch {
    return false
  }
}
