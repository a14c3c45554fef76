import { SessionUsageError } from '../errors.ts'
import type { Codec } from './codec.ts'

const empties = new WeakMap<Codec, Uint8Array>()

/** The encoded form of no data; every anonymous request begins with it. */
export function emptyData(codec: Codec): Uint8Array {
  const known = empties.get(codec) ?? codec.encode({})
  empties.set(codec, known)
  return known
}

/** @throws SessionUsageError `ERR_SESSION_TOO_LARGE` above `maxDataBytes`, before any I/O. */
export function checkSize(bytes: Uint8Array, maxDataBytes: number): void {
  if (bytes.length <= maxDataBytes) return
  throw new SessionUsageError(
    'ERR_SESSION_TOO_LARGE',
    `session.data takes ${bytes.length} bytes, above maxDataBytes (${maxDataBytes}). ` +
      'Nothing was written. Keep large things in a database and their keys in the session, or raise maxDataBytes.',
  )
}
