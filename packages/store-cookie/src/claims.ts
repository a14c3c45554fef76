import { isUtf8 } from 'node:buffer'
import type { Codec } from '@sojourn/core'
import type { OpenedSession } from '@sojourn/core/store'
import { isId } from '@sojourn/core/store'
import { clockSkewMs } from './lifetime.ts'
import { fromTuple, toTuple } from './record-tuple.ts'

/** A session as a token holds it. */
export interface Sealed {
  readonly opened: OpenedSession
  /** Epoch ms from which on the token opens nothing. */
  readonly expiresAt: number
}

/**
 * A session as the claims of a JWT, as JSON in bytes:
 *
 * | claim           | is                                                                             |
 * | `jti`           | the id of the session                                                          |
 * | `iat`           | when it was sealed, which is its last touch                                    |
 * | `exp`           | when it ends if nobody uses it again; never after its absolute limit           |
 * | `record`        | the rest of the record, the absolute limit in it, copied at each seal          |
 * | `codec`         | who encoded the data                                                           |
 * | `data`, `bytes` | the data: as text where it is text, else in base64url                          |
 *
 * Times are seconds, as JWT wants them, with the ms behind the point, always three: the next seal of a session that has
 * not changed is as long as this one, so what fitted into its cookies once fits again.
 */
export function toClaims({ opened, expiresAt }: Sealed, codec: Codec): Uint8Array {
  const { record, touchedAt, data } = opened
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const others = JSON.stringify({
    jti: record.id,
    record: toTuple(record),
    codec: codec.name,
    ...(isUtf8(bytes) ? { data: bytes.toString() } : { bytes: bytes.toString('base64url') }),
  })
  return Buffer.from(`{"iat":${seconds(touchedAt)},"exp":${seconds(expiresAt)},${others.slice(1)}`)
}

/**
 * The session in the claims of a genuine token; data that another of the `codecs` wrote is written anew by the first.
 * Throws where a claim is missing or of a wrong type, and for a token of the future (ASVS 9.2.1). `at` is the manager's
 * now; whether the token has expired is left to the caller.
 */
export function fromClaims(
  plain: Uint8Array,
  { at, codecs }: { at: number; codecs: readonly [Codec, ...Codec[]] },
): Sealed {
  const claims: unknown = JSON.parse(decoder.decode(plain))
  if (!isObject(claims)) throw new TypeError('The claims are not an object')
  const { jti, iat, exp, nbf = iat, record, codec } = claims
  if (!isId(jti)) throw new TypeError('jti is not the id of a session')
  const [touchedAt, expiresAt, notBefore] = [iat, exp, nbf].map(milliseconds)
  if (touchedAt === undefined || expiresAt === undefined || notBefore === undefined)
    throw new TypeError('iat, exp or nbf is not a time')
  if (Math.max(touchedAt, notBefore) > at + clockSkewMs)
    throw new RangeError('The token is of the future')
  const data = transcode(bytesOf(claims), { name: codec, codecs })
  return { opened: { record: fromTuple(jti, record), touchedAt, data }, expiresAt }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** A JSON number of one width, which JSON.stringify does not write. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** Whole ms of a JWT's seconds. */
function milliseconds(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : undefined
}

function bytesOf({ data, bytes }: Readonly<Record<string, unknown>>): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64url')
  throw new TypeError('The token holds no data')
}

function transcode(
  data: Uint8Array,
  { name, codecs }: { name: unknown; codecs: readonly [Codec, ...Codec[]] },
): Uint8Array {
  const [writer] = codecs
  const codec = codecs.find((each) => each.name === name)
  if (!codec) throw new TypeError('The data was written by a codec that is not configured')
  return codec === writer ? data : writer.encode(codec.decode(data))
}
