import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'
import type { Keyring } from '../record/keyring.ts'
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
}

/**
 * The layout of a signed value:
 *
 * | bytes | field  | content                                                                        |
 * |-------|--------|--------------------------------------------------------------------------------|
 * | 1     | format | 2                                                                              |
 * | 12    | nonce  | random                                                                         |
 * | 16    | tag    | GMAC (AES-256-GCM without a plaintext, NIST SP 800-38D) of the id and the value |
 * | rest  | value  | an unsigned value: row-format.ts                                               |
 *
 * The id is covered, so that no value is valid in another row. The two times of the row are not: a touch moves them in the
 * database, without the keys. The absolute limit is in the record, and so covered.
 */
const format = 2
const nonceBytes = 12
const tagBytes = 16
const valueAt = 1 + nonceBytes + tagBytes
const algorithm = 'aes-256-gcm'

/**
 * Returns the signer of a keyed store. GMAC and not HMAC, because it costs less than 3 µs for 2 kB too (decision 0024).
 */
export function createRowSigner(keyring: Keyring, signRows: SignRows = false): RowSigner {
  const keys = signRows === false ? [] : keyring.derive('row')
  const [first] = keys
  return {
    sign: (id, value) => (first ? sign(id, value, first) : value),
    verify(id, value) {
      if (value[0] !== format) {
        if (signRows === true) throw new TypeError('The row is not signed, and signRows is true')
        return value
      }
      if (keys.length > 0 && !keys.some((key) => isSignedBy(key, id, value)))
        throw new TypeError(
          'The row has a wrong signature: it was changed, or signed by another key',
        )
      return value.subarray(valueAt)
    },
  }
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but true, false and 'write'. */
export function checkSignRows(signRows: SignRows): void {
  check(
    [true, false, 'write'].includes(signRows),
    `signRows is ${quote(signRows)}`,
    "Give true, 'write' for the transition, or leave it out",
  )
}

function sign(id: SessionId, value: Uint8Array, key: KeyObject): Uint8Array {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(covered(id, value))
  cipher.final()
  return Buffer.concat([Buffer.of(format), nonce, cipher.getAuthTag(), value])
}

function isSignedBy(key: KeyObject, id: SessionId, value: Uint8Array): boolean {
  if (value.length < valueAt) return false
  const nonce = value.subarray(1, 1 + nonceBytes)
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(covered(id, value.subarray(valueAt)))
  decipher.setAuthTag(value.subarray(1 + nonceBytes, valueAt))
  try {
    decipher.final()
    return true
  } catch {
    return false
  }
}

/** Returns the bytes that a signature covers. An id has no NUL, so no two pairs have the same. */
function covered(id: SessionId, value: Uint8Array): Uint8Array {
  const prefix = Buffer.byteLength(id) + 1
  const bytes = Buffer.allocUnsafe(prefix + value.length)
  bytes.write(id)
  bytes[prefix - 1] = 0
  bytes.set(value, prefix)
  return bytes
}
