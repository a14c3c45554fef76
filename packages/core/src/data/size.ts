import { SessionUsageError } from '../errors.ts'
import type { Codec } from './codec.ts'

const emptyEncodings = new WeakMap<Codec, Uint8Array>()

/** Returns the encoding of `{}`. Cached per codec, because every anonymous request needs it. */
export function emptyData(codec: Codec): Uint8Array {
  const known = emptyEncodings.get(codec)
  if (known) return known
  const encoded = codec.encode({})
  emptyEncodings.set(codec, encoded)
  return encoded
}

/**
 * Checks the size of encoded data before any I/O.
 * @throws SessionUsageError `ERR_SESSION_TOO_LARGE` above `maxDataBytes`.
 */
export function checkSize(bytes: Uint8Array, maxDataBytes: number): void {
  if (bytes.length <= maxDataBytes) return
  throw new SessionUsageError(
    'ERR_SESSION_TOO_LARGE',
    `session.data takes ${bytes.length} bytes, above maxDataBytes (${maxDataBytes}). ` +
      'Nothing was written. Keep large things in a database and their keys in the session, or raise maxDataBytes.',
  )
}
