import { isUtf8 } from 'node:buffer'
import type { Codec } from '@sojourn/core'
import type { OpenedSession } from '@sojourn/core/store'
import { decodeData, isId } from '@sojourn/core/store'
import { fromTuple, toTuple } from './record-tuple.ts'

/** The content of a token. */
export interface Sealed {
  readonly opened: OpenedSession
  /** When the token expires, epoch ms. */
  readonly expiresAt: number
  /** When the token was sealed, or from when on it may be used if that is later, epoch ms. */
  readonly notBefore: number
}

/**
 * Encodes a session as the claims of a JWT (RFC 7519), as JSON in bytes:
 *
 * | claim           | content                                                                        |
 * |-----------------|--------------------------------------------------------------------------------|
 * | `jti`           | the id of the session                                                          |
 * | `iat`           | when it was sealed, which is its last touch                                    |
 * | `exp`           | when it ends unless it is used again; never after its absolute limit           |
 * | `record`        | the rest of the record, including the absolute limit, copied by each seal      |
 * | `codec`         | the name of the codec that encoded the data                                    |
 * | `data`, `bytes` | the data: as a string if it is UTF-8, else in base64url                        |
 *
 * Times are seconds with exactly three decimals. A session that has not changed is therefore sealed into a token of the
 * same length, so one that fitted into its cookies still fits.
 */
export function toClaims(
  { opened, expiresAt }: Omit<Sealed, 'notBefore'>,
  codec: Codec,
): Uint8Array {
  const { record, touchedAt, data } = opened
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const isText = isUtf8(bytes)
  const others = JSON.stringify({
    jti: record.id,
    record: toTuple(record),
    codec: codec.name,
    data: isText ? bytes.toString() : undefined, // JSON has no `undefined`: the claim is left out
    bytes: isText ? undefined : bytes.toString('base64url'),
  })
  return Buffer.from(`{"iat":${seconds(touchedAt)},"exp":${seconds(expiresAt)},${others.slice(1)}`)
}

/**
 * Decodes the claims of a genuine token. Data of another codec in `codecs` is re-encoded by the first one. The caller
 * checks whether the token has expired, and whether it is of the future.
 * @throws TypeError if a claim is missing or has the wrong type, or if the codec is unknown.
 */
export function fromClaims(plain: Uint8Array, codecs: readonly [Codec, ...Codec[]]): Sealed {
  const claims: unknown = JSON.parse(decoder.decode(plain))
  if (!isObject(claims)) throw new TypeError('The claims are not an object')
  const { jti, iat, exp, nbf = iat, record, codec } = claims
  if (!isId(jti)) throw new TypeError('jti is not the id of a session')
  const touchedAt = milliseconds(iat)
  const expiresAt = milliseconds(exp)
  const usableAt = milliseconds(nbf)
  if (touchedAt === undefined || expiresAt === undefined || usableAt === undefined)
    throw new TypeError('iat, exp or nbf is not a time')
  const data = transcode(dataBytesOf(claims), { name: codec, codecs })
  const opened = { record: fromTuple(jti, record), touchedAt, data }
  return { opened, expiresAt, notBefore: Math.max(touchedAt, usableAt) }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Returns seconds as a JSON number with three decimals; JSON.stringify would drop trailing zeros. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** Returns a JWT's seconds as whole ms, or `undefined` if they are not a number. */
function milliseconds(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : undefined
}

function dataBytesOf({ data, bytes }: Readonly<Record<string, unknown>>): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64url')
  throw new TypeError('The token holds no data')
}

function transcode(
  data: Uint8Array,
  { name, codecs }: { name: unknown; codecs: readonly [Codec, ...Codec[]] },
): Uint8Array {
  const [writer] = codecs
  if (name === writer.name) return data
  const codec = codecs.find((each) => each.name === name)
  if (!codec) throw new TypeError('The data was written by a codec that is not configured')
  return writer.encode(decodeData(codec, data))
}
