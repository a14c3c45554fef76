import { type KeyObject, timingSafeEqual } from 'node:crypto'
import { hmac } from '../record/hmac.ts'
import type { Keyring, Keys } from '../record/keyring.ts'
import type { SessionId } from '../record/record.ts'
import { check } from '../util/check.ts'
import { quote } from '../util/quote.ts'

/**
 * The option `signRows`. `true`: rows are signed, and others are not opened. `'write'`: rows are signed, and unsigned ones are
 * still opened, for the transition. `false`: rows are not signed; signatures that are there are not checked.
 */
export type SignRows = boolean | 'write'

/** Adds and checks the signatures of the values of rows. */
export interface RowSigner {
  /** Returns the value with its signature, if rows are signed. */
  sign(id: SessionId, value: Uint8Array): Uint8Array
  /** Returns the value without its signature. @throws TypeError if it is missing and required, or wrong. */
  verify(id: SessionId, value: Uint8Array): Uint8Array
  /** Returns false if a value would be signed by another key if it were written now, or for the first time. */
  isSignedByFirst(id: SessionId, value: Uint8Array): boolean
}

/**
 * The layout of a signed value:
 *
 * | bytes | field     | content                                                          |
 * |-------|-----------|------------------------------------------------------------------|
 * | 1     | format    | 2                                                                |
 * | 16    | signature | HMAC-SHA256 of the id, a zero byte and the value, its first half |
 * | rest  | value     | an unsigned value: row-format.ts                                 |
 *
 * The id is covered, so that no value is valid in another row. The two times of the row are not: a touch moves them in the
 * database, without the keys. The absolute limit is in the record, and so covered.
 */
const format = 2
const signatureBytes = 16
const valueAt = 1 + signatureBytes

/** Returns the signer of a keyed store. What it costs, and why it is an HMAC, is in decision 0024. */
export function createRowSigner(keyring: Keyring, signRows: SignRows = false): RowSigner {
  const keys = signRows === false ? none : keyring.deriveShared('row')
  return {
    sign(id, value) {
      const [first] = keys()
      return first
        ? Buffer.concat([Buffer.of(format), signatureOf(id, value, first), value])
        : value
    },
    verify(id, value) {
      if (!isSignedValue(value)) {
        if (signRows === true)
          throw new TypeError(
            "The row is not signed, and signRows is true: it is from before the option, which 'write' opens, or not written by Sojourn",
          )
        return value
      }
      if (signRows !== false && !keys().some((key) => isSignedBy(key, id, value)))
        throw new TypeError(
          'The row has a wrong signature: it was changed, or signed by a key that is no longer in secretKey',
        )
      return value.subarray(valueAt)
    },
    isSignedByFirst(id, value) {
      const [first] = keys()
      return !first || (isSignedValue(value) && isSignedBy(first, id, value))
    },
  }
}

/** Returns true if a value has a signature, right or wrong. */
export function isSignedValue(value: Uint8Array): boolean {
  return value[0] === format
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but true, false and 'write'. */
export function checkSignRows(signRows: SignRows): void {
  check(
    [true, false, 'write'].includes(signRows),
    `signRows is ${quote(signRows)}`,
    "Give true, 'write' for the transition, or leave it out",
  )
}

const none: Keys = () => []

function isSignedBy(key: KeyObject, id: SessionId, value: Uint8Array): boolean {
  const signature = value.subarray(1, valueAt)
  if (signature.length < signatureBytes) return false
  return timingSafeEqual(signatureOf(id, value.subarray(valueAt), key), signature)
}

/** An id has no zero byte, so no two pairs of id and value are signed as the same text. */
function signatureOf(id: SessionId, value: Uint8Array, key: KeyObject): Buffer {
  return hmac(key, `${id}\0`, value).subarray(0, signatureBytes)
}
